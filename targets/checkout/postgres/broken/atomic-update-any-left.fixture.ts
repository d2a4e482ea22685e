import { inTransaction, RolledBackWith } from '../../../../src/stores/postgres/connect.js';
import { ORDERED, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { placeOrder, refusalFromStore } from '../steps.js';

/** Asks whether anything is left, not whether enough is: right as long as everybody buys one. */
export default checkoutOnPostgres({
  strategy: 'broken-atomic-update-any-left',
  summary: 'The atomic update with the condition `stock > 0`.',
  prevents: 'Overselling, if nobody buys two.',
  costs: 'Those of atomic-update.',
  source: 'https://www.postgresql.org/docs/18/sql-update.html',
  expectations: { 'oversized-cart': 'violated' },
  checkout: (session, { buyer, cart }, context) =>
    inTransaction(session, context, 'read committed', async () => {
      for (const item of wantedOf(cart)) {
        const { rowCount } = await session.query(
          'update product set stock = stock - $2 where id = $1 and stock > 0',
          [item.productId, item.quantity],
        );
        if (rowCount === 0) return new RolledBackWith(await refusalFromStore(session, context, item));
        context.note('write', { product: item.productId });
      }
      await placeOrder(session, buyer, cart);
      return ORDERED;
    }),
});
