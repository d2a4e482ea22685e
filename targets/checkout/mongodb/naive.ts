import { checkoutOnMongodb } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * Reads the stock, checks it in the program, writes back what it computed, and stores the order: a command each. Every command
 * is atomic on its document and the four together are not: two buyers who read the same stock both write the same number.
 */
export default checkoutOnMongodb({
  strategy: 'naive',
  summary: 'Reads the stock, checks it, writes the new value, stores the order; no transaction.',
  prevents: 'Nothing.',
  costs: 'One command each for the read, the stock of every product, and the order.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
    'crashed-buyer': 'violated',
  },
  checkout: (shop, input, context) => readCheckWrite(shop, context, input),
});
