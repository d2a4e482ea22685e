import { lockTimeout, underRowLocks } from './row-locks.js';
import { ordersOnPostgres } from './schema.js';
import { UNIQUE_NAME } from './tables.js';

/**
 * Locks each row as it reads it, in the order in which it needs them: `FOR UPDATE` what it will change, `FOR SHARE` what it
 * looks at first. That loses no update. Two who lock two rows in opposite orders, or who both hold `FOR SHARE` and then
 * want `FOR UPDATE`, wait for each other; the server sees that after `deadlock_timeout` and ends one of them with 40P01.
 * It does not try again.
 */
export default ordersOnPostgres({
  strategy: 'for-update',
  summary: 'Locks each row as it reads it: FOR SHARE for a look, FOR UPDATE for a change.',
  prevents: 'Lost updates. Not deadlocks, neither between two rows nor between two readers of one.',
  costs: 'Whoever wants the same row waits until COMMIT; the victim of a deadlock fails.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-DEADLOCKS',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'gives-up',
    'shared-then-exclusive': 'gives-up',
    'stalled-transaction': 'holds',
  },
  alter: UNIQUE_NAME,
  prepare: lockTimeout,
  operations: (session, context) => underRowLocks(session, context, { rows: 'each', look: 'share' }),
});
