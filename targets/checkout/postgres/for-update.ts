import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { underLock } from '../../locking.js';
import { wantedOf } from '../cart.js';
import { checkoutOnPostgres } from './schema.js';
import { checkWrite, readProducts } from './steps.js';

/**
 * Locks the rows of the cart with one `SELECT ... FOR UPDATE`, then checks and writes under the locks. Who comes second waits
 * in the SELECT, and is given the rows as the first left them, not as they were when the SELECT began.
 *
 * The rows are locked in the order in which the plan happens to scan them: by id from an index, by place in the file from a
 * sequential scan, where every update moves a row. That two carts lock in the same order is the plan's luck and no guarantee;
 * `for-update-ordered` has the guarantee.
 */
export default checkoutOnPostgres({
  strategy: 'for-update',
  summary: 'Locks all rows of the cart with one SELECT ... FOR UPDATE, then checks and writes.',
  prevents:
    'Lost updates and overselling. Deadlocks only where the plan scans in the same order for everybody. Not lost updates by whoever reads without the lock.',
  costs: 'Buyers of one product run one after the other, from the lock to COMMIT.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  checkout(session, input, context) {
    const wanted = wantedOf(input.cart);
    return inTransaction(session, context, 'read committed', () =>
      underLock(
        context,
        wanted.map(({ productId }) => `product ${productId}`),
        () => readProducts(session, context, wanted, 'for update'),
        (products) => checkWrite(session, context, input, products),
      ),
    );
  },
});
