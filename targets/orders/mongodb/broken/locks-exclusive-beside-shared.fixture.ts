import { atomic, LockManager, type Acquisition } from '../lock-manager.js';
import { ordersOnMongodb } from '../schema.js';
import { asGiven, underLocks } from '../under-locks.js';

/** Writers keep each other out, and readers do not keep them out. */
const withAWrongTable: Acquisition = {
  ...atomic,
  slots: ({ key, lockType }, client) => [lockType === 'shared' ? `${key}/${client}` : `${key}/writer`],
};

export default ordersOnMongodb({
  strategy: 'broken-locks-exclusive-beside-shared',
  summary: 'Grants an exclusive lock beside shared ones.',
  prevents: 'Two writers at once.',
  costs: 'Those of two-phase locking.',
  source: 'https://doi.org/10.1145/360363.360369',
  expectations: { 'shared-then-exclusive': 'violated' },
  prepare: ({ locks }) => LockManager.prepare(locks, withAWrongTable),
  operations: (database, context, target) => underLocks(database, context, target, withAWrongTable, asGiven),
});
