import type { ClientContext } from '../../../../src/core/context.js';
import { lockTimesOf } from '../../read-compute-write.js';
import { atomic, LockManager } from '../lock-manager.js';
import { ordersOnMongodb } from '../schema.js';
import { asGiven, underLocks } from '../under-locks.js';

const TOO_LONG = 10;

/** Waits for ten times as long as anybody may. */
export default ordersOnMongodb({
  strategy: 'broken-locks-without-limit',
  summary: 'Waits for a lock beyond the limit.',
  prevents: 'Lost updates.',
  costs: 'A deadlock lasts until somebody notices.',
  source: 'https://doi.org/10.1145/360363.360369',
  expectations: { 'shared-then-exclusive': 'violated' },
  prepare: ({ locks }) => LockManager.prepare(locks, atomic),
  operations: (database, context, target) => {
    const limitMs = TOO_LONG * lockTimesOf(context).limitMs;
    const patient: ClientContext = { ...context, parameters: { ...context.parameters, limitMs } };
    return underLocks(database, patient, target, atomic, asGiven);
  },
});
