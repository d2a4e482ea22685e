import type { Product } from '../../../../scenarios/checkout/contract.js';
import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { checkWrite, readProducts } from '../steps.js';

/** Between a lock and the next, so that it is not luck whether somebody comes the other way meanwhile. */
const BETWEEN_MS = 10;

/** Locks row by row in the order of the cart: safe, but carts in opposite orders deadlock, and the victim fails. */
export default checkoutOnPostgres({
  strategy: 'broken-for-update-unordered',
  summary: 'Locks the rows in the order of the cart.',
  prevents: 'Lost updates and overselling. Not deadlocks.',
  costs: 'Those of for-update-ordered, and a deadlock whenever two carts meet in opposite orders.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-DEADLOCKS',
  expectations: { basket: 'gives-up' },
  checkout: (session, input, context) =>
    inTransaction(session, context, 'read committed', async () => {
      const products = new Map<number, Product>();
      for (const item of wantedOf(input.cart)) {
        for (const entry of await readProducts(session, context, [item], 'for update'))
          products.set(...entry);
        await context.sleep(BETWEEN_MS);
      }
      return checkWrite(session, context, input, products);
    }),
});
