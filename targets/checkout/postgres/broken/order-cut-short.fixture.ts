import type { CartItem } from '../../../../scenarios/checkout/contract.js';
import { ORDERED, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { decrementIfEnough, placeOrder, refusalFromStore } from '../steps.js';

/** Takes what there is, leaves out what there is not, and calls that an order. */
export default checkoutOnPostgres({
  strategy: 'broken-order-cut-short',
  summary: 'Stores a part of the cart and answers as if it were all of it.',
  prevents: 'Overselling.',
  costs: 'Buyers who wait for the rest.',
  source: 'https://www.postgresql.org/docs/18/tutorial-transactions.html',
  expectations: { basket: 'violated' },
  async checkout(session, { buyer, cart }, context) {
    const taken: CartItem[] = [];
    const missing: CartItem[] = [];
    for (const item of wantedOf(cart)) {
      const enough = await decrementIfEnough(session, context, item);
      (enough ? taken : missing).push(item);
    }
    const [short] = missing;
    if (short && taken.length === 0) return refusalFromStore(session, context, short);
    await placeOrder(session, buyer, taken);
    return ORDERED;
  },
});
