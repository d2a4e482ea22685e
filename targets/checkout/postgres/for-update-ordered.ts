import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { underLock } from '../../locking.js';
import { byId, wantedOf } from '../cart.js';
import { checkoutOnPostgres } from './schema.js';
import { checkWrite, readProducts } from './steps.js';

/**
 * Locks the rows of the cart with `ORDER BY id FOR UPDATE`: the sort comes before the locks, so everybody locks in the order
 * of the ids, and two carts never wait for each other. (The ids do not change; sorted by a column that does, rows may come out
 * of order.)
 */
export default checkoutOnPostgres({
  strategy: 'for-update-ordered',
  summary: 'Locks the rows of the cart in the order of their ids, then checks and writes.',
  prevents: 'Lost updates, overselling and deadlocks. Not lost updates by whoever reads without the lock.',
  costs: 'Buyers of one product run one after the other, from the lock to COMMIT.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-DEADLOCKS',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  checkout(session, input, context) {
    const wanted = byId(wantedOf(input.cart));
    return inTransaction(session, context, 'read committed', () =>
      underLock(
        context,
        wanted.map(({ productId }) => `product ${productId}`),
        () => readProducts(session, context, wanted, 'order by id for update'),
        (products) => checkWrite(session, context, input, products),
      ),
    );
  },
});
