import { inTransaction, RolledBackWith } from '../../../src/stores/postgres/connect.js';
import { ORDERED, wantedOf } from '../cart.js';
import { checkoutOnPostgres } from './schema.js';
import { decrementIfEnough, placeOrder, refusalFromStore } from './steps.js';

/**
 * Checks and decrements in one statement: `... set stock = stock - q where id = ... and stock >= q`. An UPDATE that waited for a
 * row looks at its condition again on the row's new version, so no two buyers get the same unit. The transaction around it ties
 * the order to the stock.
 *
 * The products are taken in the order of the cart, as a program does that does not think of it: two carts in opposite orders
 * deadlock, and the victim, which does not try again, fails.
 */
export default checkoutOnPostgres({
  strategy: 'atomic-update',
  summary: 'Decrements with a condition on the stock, in one statement a product.',
  prevents: 'Lost updates and overselling. Not deadlocks of carts in opposite orders.',
  costs: 'The row is locked only from the decrement to COMMIT: the shortest of all.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'gives-up',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  checkout: (session, { buyer, cart }, context) =>
    inTransaction(session, context, 'read committed', async () => {
      for (const item of wantedOf(cart)) {
        const taken = await decrementIfEnough(session, context, item);
        if (!taken) return new RolledBackWith(await refusalFromStore(session, context, item));
      }
      await context.point('written');
      await placeOrder(session, buyer, cart);
      return ORDERED;
    }),
});
