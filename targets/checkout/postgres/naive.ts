import { checkoutOnPostgres } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * Reads the stock, checks it in the program, writes back what it computed, and stores the order: four statements, each a
 * transaction of its own. Two buyers who read the same stock both get through, and both write the same number.
 */
export default checkoutOnPostgres({
  strategy: 'naive',
  summary: 'Reads the stock, checks it, writes the new value, stores the order; no transaction.',
  prevents: 'Nothing.',
  costs: 'One statement each for the read, the stock of every product, the order and its items.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
    'crashed-buyer': 'violated',
  },
  checkout: (session, input, context) => readCheckWrite(session, context, input),
});
