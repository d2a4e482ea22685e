import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnMongodb } from '../schema.js';
import { addCustomerOnce, plainTables, uniqueNames } from '../tables.js';

/** Counts with $inc, and compares with the limit in the program: the count is right, and too high. */
export default ordersOnMongodb({
  strategy: 'broken-inc-limit-read-first',
  summary: 'Reads the usage count, compares it with the limit, and then increases it with $inc.',
  prevents: 'Lost updates. Not a discount that is used too often.',
  costs: 'Those of inc, and a read.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: { 'discounted-orders': 'violated' },
  prepare: uniqueNames,
  operations: (database, context) =>
    readComputeWrite(context, (_, body) =>
      body({
        ...plainTables(database, context),
        setUsed: async (discount) => {
          await database.discounts.updateOne({ _id: discount }, { $inc: { used: 1 } });
        },
        addCustomer: (name) => addCustomerOnce(database, name),
      }),
    ),
});
