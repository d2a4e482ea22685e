import { readComputeWrite } from '../../read-compute-write.js';
import { atomic, LockManager } from '../lock-manager.js';
import { ordersOnMongodb } from '../schema.js';
import { plainTables } from '../tables.js';

/** Releases its locks when all went well, and keeps them when it gives up. */
export default ordersOnMongodb({
  strategy: 'broken-locks-kept-on-error',
  summary: 'Releases no lock after an error.',
  prevents: 'Lost updates.',
  costs: 'What it holds when it gives up is nobody’s until it lapses.',
  source: 'https://doi.org/10.1145/360363.360369',
  expectations: { 'shared-then-exclusive': 'violated' },
  prepare: ({ locks }) => LockManager.prepare(locks, atomic),
  operations: (database, context, target) => {
    const manager = new LockManager(database.locks, context, atomic, (_id) =>
      target.locks.deleteOne({ _id }),
    );
    return readComputeWrite(context, async (claims, body) => {
      const transaction = manager.begin();
      for (const { key, mode } of claims) await transaction.acquire(key, mode);
      const answer = await body({
        ...plainTables(database, context),
        strengthen: async () => {
          for (const { key } of claims) await transaction.acquire(key, 'exclusive');
        },
      });
      await transaction.releaseAll();
      return answer;
    });
  },
});
