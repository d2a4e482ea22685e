import { customersOnMongodb } from '../schema.js';
import { insertCustomer } from '../steps.js';

/** Increases in one step, and asks what it became in another: by then others have increased it too. */
export default customersOnMongodb({
  strategy: 'broken-inc-then-find',
  summary: 'Increases the counter with updateOne, then reads it.',
  prevents: 'Nothing.',
  costs: 'Those of inc, and a read.',
  source: 'https://www.mongodb.com/docs/manual/reference/method/db.collection.findOneAndUpdate/',
  expectations: { 'customer-creation': 'violated' },
  counts: true,
  create: async (database, input, context) => {
    const { counters } = database;
    await counters.updateOne({ _id: 'customer_sequence' }, { $inc: { sequence: 1 } });
    const { sequence = NaN } = (await counters.findOne({ _id: 'customer_sequence' })) ?? {};
    context.note('write', { number: sequence });
    return insertCustomer(database, input, sequence);
  },
});
