import { inTransaction } from '../../../src/stores/mongodb/connect.js';
import { customersOnMongodb } from './schema.js';
import { drawNumber, insertCustomer } from './steps.js';

/**
 * The `$inc` in a transaction of its own, then the insert. Outside a transaction the server waits for a document that another
 * writes; inside one it gives up at once with 112 WriteConflict, and nobody tries again: of those who come together a
 * few get through. The insert stands outside, so a number that was drawn for one that fails is gone all the same.
 */
export default customersOnMongodb({
  strategy: 'inc-transaction',
  summary: 'Increases a counter with $inc in a transaction, without a second try, then inserts.',
  prevents: 'Numbers given twice, as $inc does alone. Neither gaps nor two customers with one phone.',
  costs: 'Most of those who come together fail, and a commit for the others.',
  source:
    'https://www.mongodb.com/docs/manual/core/transactions-production-consideration/#in-progress-transactions-and-write-conflicts',
  expectations: {
    'customer-creation': 'gives-up',
    'returning-customer': 'violated',
    'thousand-customers': 'gives-up',
    'failed-creation': 'gives-up',
    'five-digits': 'gives-up',
  },
  needs: ['transactions'],
  counts: true,
  create: async (database, input, context) => {
    const next = await inTransaction(database, context, (session) => drawNumber(database, context, session));
    await context.point('checked');
    return insertCustomer(database, input, next);
  },
});
