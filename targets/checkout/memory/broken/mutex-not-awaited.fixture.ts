import { underLock } from '../../../locking.js';
import { Mutex } from '../../../mutex.js';
import { checkoutInMemory, readCheckWrite } from '../state.js';

/** Returns the promise of the work without awaiting it, so that `finally` lets go while the work still runs. */
export default checkoutInMemory({
  strategy: 'broken-mutex-not-awaited',
  summary: 'A mutex that is released when the work was begun.',
  prevents: 'Nothing across an `await`.',
  costs: 'Those of mutex.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Statements/async_function',
  expectations: { 'flash-sale': 'violated' },
  start: (shop) => {
    const mutex = new Mutex();
    return async (input, context) => {
      const release = await mutex.acquire();
      try {
        return underLock(
          context,
          ['shop'],
          () => Promise.resolve(),
          () => readCheckWrite(shop, input, context),
        );
      } finally {
        release();
      }
    };
  },
});
