import { ORDERED, productOf, refusalOf, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { placeOrder, readProducts } from '../steps.js';

/** Tries again from the top when the stock has changed, and so stores the order again: nothing ties the two together. */
export default checkoutOnPostgres({
  strategy: 'broken-order-repeated',
  summary: 'Repeats the insert of the order with every retry.',
  prevents: 'Lost updates of the stock.',
  costs: 'An order a try.',
  source: 'https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html',
  expectations: { 'flash-sale': 'violated' },
  async checkout(session, { buyer, cart }, context) {
    const wanted = wantedOf(cart);
    for (;;) {
      const products = await readProducts(session, context, wanted);
      const refused = refusalOf(wanted, products);
      if (refused) return refused;
      await placeOrder(session, buyer, cart);
      const taken = await session.query(
        `update product set stock = stock - wanted.quantity
          from unnest($1::int[], $2::int[], $3::int[]) as wanted (id, quantity, seen)
          where product.id = wanted.id and product.stock = wanted.seen`,
        [
          wanted.map((item) => item.productId),
          wanted.map((item) => item.quantity),
          wanted.map((item) => productOf(products, item.productId).stock),
        ],
      );
      if (taken.rowCount === wanted.length) return ORDERED;
      context.count('retry');
    }
  },
});
