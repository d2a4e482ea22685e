import { inTransaction, retrying } from '../../../../src/stores/mongodb/connect.js';
import { retriesOf } from '../../../retries.js';
import { customersOnMongodb } from '../schema.js';
import { insertCustomer } from '../steps.js';

/** Forgets the session in one of its operations: the driver sends it outside the transaction, without a word. */
export default customersOnMongodb({
  strategy: 'broken-transaction-reads-outside',
  summary: 'Reads the counter outside the transaction that writes it.',
  prevents: 'Nothing.',
  costs: 'Those of inc-transaction-retry.',
  source: 'https://www.mongodb.com/docs/manual/core/transactions/#std-label-transactions-api',
  expectations: { 'customer-creation': 'violated' },
  needs: ['transactions'],
  counts: true,
  create: async (database, input, context) => {
    const { counters } = database;
    const { sequence: last = NaN } = (await counters.findOne({ _id: 'customer_sequence' })) ?? {};
    context.note('read', { number: last });
    await retrying(context, retriesOf(context), () =>
      inTransaction(database, context, async (session) => {
        await counters.updateOne({ _id: 'customer_sequence' }, { $set: { sequence: last + 1 } }, { session });
        context.note('write', { number: last + 1 });
      }),
    );
    return insertCustomer(database, input, last + 1);
  },
});
