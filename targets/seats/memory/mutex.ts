import { Mutex } from '../../mutex.js';
import { bookUnderLock } from '../booking.js';
import { checkWaitTake, seatsInMemory } from './state.js';

/** Each student waits for the promise of the one before. What is done in between may wait as long as it likes. */
export default seatsInMemory({
  strategy: 'mutex',
  summary: 'Everybody waits for the one before, in the order in which they came.',
  prevents: 'Overbooking, within one process. Nothing between two.',
  costs: 'One booking at a time, whatever trip it is of.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise/then',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'holds' },
  start: (tracker) => {
    const mutex = new Mutex();
    return (request, context) =>
      bookUnderLock(
        context,
        request.trip,
        { acquire: () => mutex.acquire(), release: (release) => release() },
        () => checkWaitTake(tracker, request, context),
      );
  },
});
