import { bookUnderLock } from '../booking.js';
import { checkWaitTake, seatsInMemory } from './state.js';

/**
 * A `Set` of trips that somebody is booking: whoever finds his trip in it is sent away at once. Looking and adding are one turn
 * of the event loop, so two are never in; but of sixty students at once one gets a seat, however many there are. A booking that
 * never comes to its end leaves the trip in the set until the process is started again.
 */
export default seatsInMemory({
  strategy: 'busy-flag',
  summary: 'Refuses everybody while somebody books the same trip.',
  prevents: 'Overbooking, within one process. Not refusals of seats that are free, and nothing between two.',
  costs:
    'Refuses students while there are seats, and everybody for ever once a booking did not end. Nobody waits.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Set',
  expectations: {
    // One seat: whoever was sent away meanwhile would not have got it either.
    'last-seat': 'holds',
    'school-bus': 'gives-up',
    group: 'gives-up',
    'stale-lock': 'holds',
  },
  start: (tracker) => {
    const locks = new Set<number>();
    return (request, context) =>
      bookUnderLock(
        context,
        request.trip,
        {
          acquire: () => Promise.resolve(locks.has(request.trip) ? undefined : locks.add(request.trip)),
          release: (held) => void held.delete(request.trip),
        },
        () => checkWaitTake(tracker, request, context),
      );
  },
});
