import { atomic, LockManager } from './lock-manager.js';
import { ordersOnMongodb } from './schema.js';
import { asGiven, underLocks } from './under-locks.js';

/**
 * Two-phase locking with locks that are documents: shared for readers, exclusive for writers, acquired one after the other in
 * the order in which they are needed, released together. A client asks again until it gets a lock or the limit is over.
 *
 * It is serializable as long as every holder is done before its locks lapse. One that is held up for longer writes as if it
 * still held them: nothing asks at the write whether the lock is there. And it is not free of deadlocks: two phases say
 * when a lock may be asked for, not in which order, so that A, B against B, A wait for each other until the limit.
 */
export default ordersOnMongodb({
  strategy: 'two-phase-locking',
  summary: 'Shared and exclusive locks as documents, all acquired before the work, all released after it.',
  prevents: 'Lost updates and reads between two writes, while no lock lapses. Not deadlocks.',
  costs: 'Two commands a lock and one a phase; clients ask again and again, and give up at the limit.',
  source: 'https://doi.org/10.1145/360363.360369',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'gives-up',
    'shared-then-exclusive': 'gives-up',
    'stalled-transaction': 'violated',
  },
  prepare: ({ locks }) => LockManager.prepare(locks, atomic),
  operations: (database, context, target) => underLocks(database, context, target, atomic, asGiven),
});
