import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { ORDERED } from '../cart.js';
import { placeOrder } from '../postgres/steps.js';
import { TAKE_ALL, takeAll } from './steps.js';
import { checkoutOnTwoStores, copyStock } from './two-stores.js';

/**
 * The script takes the cart from the stock in Redis; then PostgreSQL stores the order. A worker copies the stock to PostgreSQL
 * every `syncMs`: whoever looks there in between sees units that are sold.
 *
 * No transaction spans two stores. Who dies between the two writes, or whose order PostgreSQL does not take, has taken units
 * that are in no order, and nothing gives them back: the copy carries the loss over.
 */
export default checkoutOnTwoStores({
  strategy: 'then-postgres',
  summary:
    'Takes the stock in Redis with a script, stores the order in PostgreSQL; a worker copies the stock.',
  prevents:
    'Overselling and lost updates. Neither a copy that is behind, nor units lost between the two writes.',
  costs:
    'A second store to run, and units to be looked for after every crash. Buyers wait for each other nowhere.',
  source: 'https://redis.io/docs/latest/develop/programmability/eval-intro/',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'violated',
  },
  scripts: [TAKE_ALL],
  async checkout({ redis, postgres }, input, context) {
    const refused = await takeAll(redis, context, input);
    if (refused) return refused;
    await context.point('written');
    await inTransaction(postgres, context, 'read committed', () =>
      placeOrder(postgres, input.buyer, input.cart),
    );
    return ORDERED;
  },
  copyStock,
});
