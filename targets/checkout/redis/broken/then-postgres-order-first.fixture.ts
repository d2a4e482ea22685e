import { ORDERED } from '../../cart.js';
import { placeOrder } from '../../postgres/steps.js';
import { TAKE_ALL, takeAll } from '../steps.js';
import { checkoutOnTwoStores, copyStock } from '../two-stores.js';

/** Stores the order before it has the units, and leaves it there when it is refused. */
export default checkoutOnTwoStores({
  strategy: 'broken-then-postgres-order-first',
  summary: 'Stores the order first, then takes the stock.',
  prevents: 'Units that a dead client took.',
  costs: 'Orders that nobody can fill.',
  source: 'https://redis.io/docs/latest/develop/programmability/eval-intro/',
  expectations: { 'flash-sale': 'violated' },
  scripts: [TAKE_ALL],
  async checkout({ redis, postgres }, input, context) {
    await placeOrder(postgres, input.buyer, input.cart);
    return (await takeAll(redis, context, input)) ?? ORDERED;
  },
  copyStock,
});
