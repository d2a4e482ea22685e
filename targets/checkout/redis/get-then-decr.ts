import { ORDERED, refusalOf, wantedOf } from '../cart.js';
import { checkoutOnRedis } from './schema.js';
import { decrementStock, placeOrder, readWanted } from './steps.js';

/**
 * Gets the stock, checks it in the program, and takes the units off with DECRBY. Each command is atomic, so no decrement is lost
 * and the numbers add up; but all who passed the check take their units, and the stock falls below zero.
 */
export default checkoutOnRedis({
  strategy: 'get-then-decr',
  summary: 'GET, a check in the program, DECRBY; then stores the order.',
  prevents: 'Lost decrements. Not overselling: what was checked may be gone at the decrement.',
  costs: 'One round trip each for the read, every product, and the order.',
  source: 'https://redis.io/docs/latest/commands/decrby/',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
    'crashed-buyer': 'violated',
  },
  async checkout(redis, input, context) {
    const wanted = wantedOf(input.cart);
    const refused = refusalOf(wanted, await readWanted(redis, context, wanted));
    if (refused) return refused;
    await context.point('checked');
    for (const item of wanted) await decrementStock(redis, context, item);
    await context.point('written');
    await placeOrder(redis, input);
    return ORDERED;
  },
});
