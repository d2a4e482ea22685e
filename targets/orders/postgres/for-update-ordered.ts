import { lockTimeout, underRowLocks } from './row-locks.js';
import { ordersOnPostgres } from './schema.js';
import { UNIQUE_NAME } from './tables.js';

/**
 * Locks all rows of an operation with one `ORDER BY id FOR UPDATE`, and what it only may change in that way too. The sort
 * comes before the locks, so everybody locks in the order of ids, and nobody asks for more of a row that it holds already:
 * no circle can close.
 */
export default ordersOnPostgres({
  strategy: 'for-update-ordered',
  summary: 'Locks all rows at once in the order of their ids, FOR UPDATE even for a look.',
  prevents: 'Lost updates and deadlocks. Not lost updates by whoever reads without the lock.',
  costs: 'Whoever wants the same row waits until COMMIT, also two who only look before they decide.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-DEADLOCKS',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'holds',
    'shared-then-exclusive': 'holds',
    'stalled-transaction': 'holds',
  },
  alter: UNIQUE_NAME,
  prepare: lockTimeout,
  operations: (session, context) => underRowLocks(session, context, { rows: 'ordered', look: 'update' }),
});
