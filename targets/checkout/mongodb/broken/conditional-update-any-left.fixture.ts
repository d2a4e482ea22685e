import { ORDERED, refusalOf, wantedOf } from '../../cart.js';
import { checkoutOnMongodb } from '../schema.js';
import { placeOrder, readProducts } from '../steps.js';

/** Asks whether any unit is there, not whether enough are: right as long as everybody buys one. */
export default checkoutOnMongodb({
  strategy: 'broken-conditional-update-any-left',
  summary: 'The conditional update with the condition that anything is left.',
  prevents: 'Overselling, if nobody wants two.',
  costs: 'Those of conditional-update.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: { 'oversized-cart': 'violated' },
  async checkout(shop, input, context) {
    for (const item of wantedOf(input.cart)) {
      const { productId, quantity } = item;
      const { matchedCount } = await shop.products.updateOne(
        { _id: productId, stock: { $gt: 0 } },
        { $inc: { stock: -quantity } },
      );
      if (matchedCount > 0) continue;
      const refused = refusalOf([item], await readProducts(shop, context, [item]));
      if (refused) return refused;
    }
    await placeOrder(shop, input);
    return ORDERED;
  },
});
