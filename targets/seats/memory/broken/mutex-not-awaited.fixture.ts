import { Mutex } from '../../../mutex.js';
import { checkWaitTake, seatsInMemory } from '../state.js';

/** Returns the promise of the booking without awaiting it, so that `finally` lets go while the booking still runs. */
export default seatsInMemory({
  strategy: 'broken-mutex-not-awaited',
  summary: 'A mutex that is released when the booking was begun.',
  prevents: 'Nothing across an `await`.',
  costs: 'Those of mutex.',
  source:
    'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Statements/async_function#return_promise_vs_return_await_promise',
  expectations: { 'school-bus': 'violated' },
  start: (tracker) => {
    const mutex = new Mutex();
    return async (request, context) => {
      const release = await mutex.acquire();
      try {
        return checkWaitTake(tracker, request, context);
      } finally {
        release();
      }
    };
  },
});
