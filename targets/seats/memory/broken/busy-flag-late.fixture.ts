import { LOCKED } from '../../booking.js';
import { busy, checkWaitTake, seatsInMemory } from '../state.js';

/** Looks into the set, waits for something else, and adds to it: by then several have looked. */
export default seatsInMemory({
  strategy: 'broken-busy-flag-late',
  summary: 'A busy flag that is set an `await` after it was looked at.',
  prevents: 'Nothing when many begin at once.',
  costs: 'Those of busy-flag.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Set',
  expectations: { 'last-seat': 'violated' },
  start: (tracker) => {
    const locks = new Set<number>();
    return async (request, context) => {
      if (locks.has(request.trip)) return LOCKED;
      await busy(context);
      locks.add(request.trip);
      try {
        return await checkWaitTake(tracker, request, context);
      } finally {
        locks.delete(request.trip);
      }
    };
  },
});
