import { readComputeWrite } from '../../read-compute-write.js';
import { atomic, LockManager } from '../lock-manager.js';
import { ordersOnMongodb } from '../schema.js';
import { plainTables } from '../tables.js';

/** Lets go before it writes: it shrinks too early, and what it read may change. */
export default ordersOnMongodb({
  strategy: 'broken-locks-released-early',
  summary: 'Releases its locks between the read and the write.',
  prevents: 'Nothing.',
  costs: 'Those of two-phase locking.',
  source: 'https://doi.org/10.1145/360363.360369',
  expectations: { 'order-update': 'violated' },
  prepare: ({ locks }) => LockManager.prepare(locks, atomic),
  operations: (database, context, target) => {
    const manager = new LockManager(database.locks, context, atomic, (_id) =>
      target.locks.deleteOne({ _id }),
    );
    return readComputeWrite(context, async (claims, body) => {
      const transaction = manager.begin();
      const tables = plainTables(database, context);
      for (const { key, mode } of claims) await transaction.acquire(key, mode);
      return body({
        ...tables,
        totals: async (orders, purpose) => {
          const totals = await tables.totals(orders, purpose);
          await transaction.releaseAll();
          return totals;
        },
      });
    });
  },
});
