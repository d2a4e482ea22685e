import { ORDERED, wantedOf } from '../../cart.js';
import { checkoutOnRedis } from '../schema.js';
import { placeOrder, TAKE_ALL, takeAll } from '../steps.js';

/** Runs the script for each product by itself, and keeps what it took where a later one is short. */
export default checkoutOnRedis({
  strategy: 'broken-lua-product-by-product',
  summary: 'One script a product, not one a cart.',
  prevents: 'Overselling.',
  costs: 'A round trip a product, and units that nobody gets.',
  source: 'https://redis.io/docs/latest/develop/programmability/eval-intro/',
  expectations: { basket: 'violated' },
  scripts: [TAKE_ALL],
  async checkout(redis, input, context) {
    for (const item of wantedOf(input.cart)) {
      const refused = await takeAll(redis, context, { ...input, cart: [item] });
      if (refused) return refused;
    }
    await placeOrder(redis, input);
    return ORDERED;
  },
});
