import { checkoutInMemory, readCheckWrite } from './state.js';

/**
 * Reads the stock, checks it, waits for something else, and writes what it computed. One thread is no lock: at every `await`
 * another client may go, and then two of them write the same number.
 */
export default checkoutInMemory({
  strategy: 'naive',
  summary: 'Reads the stock, checks it, waits a moment, writes the new value.',
  prevents: 'Nothing across an `await`.',
  costs: 'Nothing.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Execution_model',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
    'crashed-buyer': 'violated',
  },
  start: (shop) => (input, context) => readCheckWrite(shop, input, context),
});
