import { Mutex, underMutex } from '../../mutex.js';
import { checkoutInMemory, readCheckWrite } from './state.js';

/** The naive way under a mutex: each client waits for the promise of the one before. Works within one process only. */
export default checkoutInMemory({
  strategy: 'mutex',
  summary: 'The naive way under a mutex of this process.',
  prevents: 'Lost updates and overselling, within one process. Nothing between two.',
  costs: 'One buyer at a time, whatever is bought.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise/then',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  start: (shop) => {
    const mutex = new Mutex();
    return (input, context) => underMutex(mutex, context, 'shop', () => readCheckWrite(shop, input, context));
  },
});
