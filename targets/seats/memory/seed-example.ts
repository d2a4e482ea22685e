import { NO_SEAT } from '../booking.js';
import { busy, findTrip, seatsInMemory, takeSeats } from './state.js';

/**
 * The example by which race conditions in Node.js are often taught: wait for a random time, look for a seat, take it. Often
 * told with a final count of -1, which it never reaches: the wait comes before the check, and from the check to the decrement
 * there is no `await`, so no other code of this process can run in between.
 */
export default seatsInMemory({
  strategy: 'seed-example',
  summary: 'Waits for a random time, then checks and decrements in one turn of the event loop.',
  prevents:
    'Overbooking within one process, though it is often shown as the example of it. Nothing between two.',
  costs: 'Nothing.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Execution_model#run-to-completion',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'holds' },
  start: (tracker) => async (request, context) => {
    await busy(context);
    const trip = findTrip(tracker, request, context);
    return trip.seats >= request.seats ? takeSeats(tracker, trip, request, context) : NO_SEAT;
  },
});
