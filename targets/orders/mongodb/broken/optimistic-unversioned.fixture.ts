import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnMongodb } from '../schema.js';
import { plainTables } from '../tables.js';

/** Keeps a version and counts it up, but does not ask for it in the filter of its update. */
export default ordersOnMongodb({
  strategy: 'broken-optimistic-unversioned',
  summary: 'The optimistic way without the comparison of versions.',
  prevents: 'Nothing.',
  costs: 'Those of optimistic.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: { 'order-update': 'violated' },
  operations: (database, context) =>
    readComputeWrite(context, (_, body) =>
      body({
        ...plainTables(database, context),
        setTotal: async (order, total) => {
          await database.orders.updateOne({ _id: order }, { $set: { total }, $inc: { version: 1 } });
        },
      }),
    ),
});
