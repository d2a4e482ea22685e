import { ORDERED } from '../../cart.js';
import { placeOrder } from '../../postgres/steps.js';
import { readProducts } from '../schema.js';
import { TAKE_ALL, takeAll } from '../steps.js';
import { checkoutOnTwoStores } from '../two-stores.js';

/** Takes a stock of 0 for none that was read, and does not copy it: what is sold out stays for sale in the copy. */
export default checkoutOnTwoStores({
  strategy: 'broken-then-postgres-sold-out-not-copied',
  summary: 'Copies only stocks that are truthy.',
  prevents: 'Overselling.',
  costs: 'A copy that never says "sold out".',
  source: 'https://developer.mozilla.org/docs/Glossary/Falsy',
  expectations: { 'flash-sale': 'violated' },
  scripts: [TAKE_ALL],
  async checkout({ redis, postgres }, input, context) {
    const refused = await takeAll(redis, context, input);
    if (refused) return refused;
    await placeOrder(postgres, input.buyer, input.cart);
    return ORDERED;
  },
  async copyStock({ redis, postgres }) {
    for (const { id, stock } of await readProducts(redis)) {
      if (stock) await postgres.query('update product set stock = $2 where id = $1', [id, stock]);
    }
  },
});
