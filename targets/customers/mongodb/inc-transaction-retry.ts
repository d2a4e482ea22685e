import { inTransaction, retrying } from '../../../src/stores/mongodb/connect.js';
import { retriesOf } from '../../retries.js';
import { customersOnMongodb } from './schema.js';
import { drawNumber, insertCustomer } from './steps.js';

/**
 * The `$inc` in a transaction of its own, tried again while the server aborts it, then the insert. It promises what `$inc`
 * promises alone, for more round trips and for the tries of those who were too late.
 */
export default customersOnMongodb({
  strategy: 'inc-transaction-retry',
  summary: 'Increases a counter with $inc in a transaction, tried again when it was aborted, then inserts.',
  prevents: 'Numbers given twice, as $inc does alone. Neither gaps nor two customers with one phone.',
  costs: 'A commit, and tries that grow with the square of those who come together, until hundreds time out.',
  source:
    'https://www.mongodb.com/docs/manual/core/transactions-in-applications/#std-label-transient-transaction-error',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'violated',
    'thousand-customers': 'gives-up',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  needs: ['transactions'],
  counts: true,
  create: async (database, input, context) => {
    const next = await retrying(context, retriesOf(context), () =>
      inTransaction(database, context, (session) => drawNumber(database, context, session)),
    );
    await context.point('checked');
    return insertCustomer(database, input, next);
  },
});
