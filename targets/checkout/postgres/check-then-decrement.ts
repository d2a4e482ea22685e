import { ORDERED, refusalOf, wantedOf } from '../cart.js';
import { checkoutOnPostgres } from './schema.js';
import { decrementStock, placeOrder, readProducts } from './steps.js';

/**
 * Reads and checks the stock, then takes the units off with `stock = stock - q`. The decrement is atomic, so no change is lost
 * and the numbers add up; but the check is not part of it, so all who passed it take their units, and the stock falls
 * below zero.
 */
export default checkoutOnPostgres({
  strategy: 'check-then-decrement',
  summary: 'Checks the stock first, then decrements it without a condition.',
  prevents: 'Lost updates of the stock. Not overselling: what was checked may be gone at the decrement.',
  costs: 'As many statements as the naive way.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
    'crashed-buyer': 'violated',
  },
  async checkout(session, { buyer, cart }, context) {
    const wanted = wantedOf(cart);
    const refused = refusalOf(wanted, await readProducts(session, context, wanted));
    if (refused) return refused;
    await context.point('checked');
    for (const item of wanted) await decrementStock(session, context, item);
    await context.point('written');
    await placeOrder(session, buyer, cart);
    return ORDERED;
  },
});
