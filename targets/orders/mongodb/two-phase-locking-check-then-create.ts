import { checkThenCreate, LockManager } from './lock-manager.js';
import { ordersOnMongodb } from './schema.js';
import { asGiven, underLocks } from './under-locks.js';

/**
 * Two-phase locking whose locks are acquired in two steps: is it locked? If not, create the lock. The two phases are kept, and
 * nothing is locked: two who ask at once both find that nobody has it, both create their lock, and both go on. Two readers who
 * both want to write mostly find each other's lock, and give up; one who was slow to create his is not found.
 */
export default ordersOnMongodb({
  strategy: 'two-phase-locking-check-then-create',
  summary: 'Two-phase locking that looks whether a lock is free and then creates it.',
  prevents: 'Lost updates between those who do not come at the same moment.',
  costs: 'Those of two-phase locking, and a look before each lock.',
  source: 'https://cwe.mitre.org/data/definitions/367.html',
  expectations: {
    'order-update': 'violated',
    'order-set': 'violated',
    'discounted-orders': 'violated',
    'opposite-locks': 'violated',
    'shared-then-exclusive': 'violated',
    'stalled-transaction': 'violated',
  },
  prepare: ({ locks }) => LockManager.prepare(locks, checkThenCreate),
  operations: (database, context, target) => underLocks(database, context, target, checkThenCreate, asGiven),
});
