import { atomic, LockManager } from './lock-manager.js';
import { ordersOnMongodb } from './schema.js';
import { inOneOrder, underLocks } from './under-locks.js';

/**
 * Two-phase locking that asks for its locks in the order of their keys, and at once for the exclusive one of what it may
 * change. So nobody who holds a lock waits for one that comes before it, and no circle can close. It is as blind as the
 * other to locks that lapsed.
 */
export default ordersOnMongodb({
  strategy: 'two-phase-locking-ordered',
  summary: 'Two-phase locking that asks for all locks in one order, exclusive where it may change.',
  prevents:
    'Lost updates, reads between two writes and deadlocks, while no lock lapses. Nothing of that once one has.',
  costs: 'Those of two-phase locking, and no two at once who only look before they decide.',
  source: 'https://doi.org/10.1145/356586.356588',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'holds',
    'shared-then-exclusive': 'holds',
    'stalled-transaction': 'violated',
  },
  prepare: ({ locks }) => LockManager.prepare(locks, atomic),
  operations: (database, context, target) => underLocks(database, context, target, atomic, inOneOrder),
});
