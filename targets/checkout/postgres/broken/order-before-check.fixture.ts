import { inTransaction, RolledBackWith } from '../../../../src/stores/postgres/connect.js';
import { ORDERED, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { decrementIfEnough, placeOrder, refusalFromStore } from '../steps.js';

/** Stores the order first, outside the transaction that takes the stock, and leaves it there when that one refuses. */
export default checkoutOnPostgres({
  strategy: 'broken-order-before-check',
  summary: 'Stores the order before it knows whether there is enough.',
  prevents: 'A stock below zero.',
  costs: 'An order for every refusal.',
  source: 'https://www.postgresql.org/docs/18/tutorial-transactions.html',
  expectations: { 'flash-sale': 'violated' },
  async checkout(session, { buyer, cart }, context) {
    await placeOrder(session, buyer, cart);
    return inTransaction(session, context, 'read committed', async () => {
      for (const item of wantedOf(cart)) {
        const taken = await decrementIfEnough(session, context, item);
        if (!taken) return new RolledBackWith(await refusalFromStore(session, context, item));
      }
      return ORDERED;
    });
  },
});
