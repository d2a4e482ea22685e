import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { underLock } from '../../locking.js';
import { byId, wantedOf } from '../cart.js';
import { checkoutOnPostgres } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * Takes an advisory lock a product, in the order of the ids, then does as the naive way does. The server lets go at the end of
 * the transaction. The lock guards nothing by itself: it works as long as everybody who writes takes it.
 *
 * Its key is the table's oid and the product's id. Advisory locks are per database, and the oid keeps two tables of the same name
 * apart. Each lock has a statement of its own, before the read: a statement sees what was committed when it began, so a read
 * in the same statement would see the stock from before the wait.
 */
export default checkoutOnPostgres({
  strategy: 'advisory-lock',
  summary: 'Takes an advisory lock a product, in the order of ids, around the naive way.',
  prevents:
    'Lost updates, overselling and deadlocks, among those who take the lock. Nothing against those who do not.',
  costs:
    'A statement a lock; buyers of one product run one after the other. Whoever forgets the lock is not kept out.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  checkout(session, input, context) {
    const ids = byId(wantedOf(input.cart)).map((item) => item.productId);
    return inTransaction(session, context, 'read committed', () =>
      underLock(
        context,
        ids.map((id) => `product ${id}`),
        async () => {
          for (const id of ids) {
            await session.query("select pg_advisory_xact_lock('product'::regclass::oid::int, $1)", [id]);
          }
        },
        () => readCheckWrite(session, context, input),
      ),
    );
  },
});
