import { Mutex } from '../../../mutex.js';
import { customersInMemory, lookCountStore } from '../state.js';

/** Lets go when the work was begun: the next one waits for nothing that takes time. */
export default customersInMemory({
  strategy: 'broken-mutex-not-awaited',
  summary: 'A mutex that is released when the work was begun.',
  prevents: 'Nothing across an `await`.',
  costs: 'Those of mutex.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise/then',
  expectations: { 'customer-creation': 'violated' },
  start: (book) => {
    const mutex = new Mutex();
    return async (input, context) => {
      const release = await mutex.acquire();
      try {
        return lookCountStore(book, input, context);
      } finally {
        release();
      }
    };
  },
});
