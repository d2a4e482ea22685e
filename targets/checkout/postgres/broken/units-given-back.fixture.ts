import { ORDERED, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { decrementIfEnough, placeOrder, refusalFromStore } from '../steps.js';

/** Longer than the others need to come upon what is held, so that it is not luck whether they are refused for it. */
const HELD_MS = 50;

/**
 * No transaction: takes product by product, and gives back what it took when one is short. Others see what is only held for a
 * while as gone, and are refused; in opposite orders everybody may be refused while everything is left.
 */
export default checkoutOnPostgres({
  strategy: 'broken-units-given-back',
  summary: 'Compensates instead of rolling back, in sight of the others.',
  prevents: 'Overselling.',
  costs: 'Refusals for units that are there.',
  source: 'https://doi.org/10.1145/38713.38742',
  expectations: { basket: 'violated' },
  async checkout(session, { buyer, cart }, context) {
    const taken: [ids: number[], quantities: number[]] = [[], []];
    for (const item of wantedOf(cart)) {
      if (await decrementIfEnough(session, context, item)) {
        taken[0].push(item.productId);
        taken[1].push(item.quantity);
        continue;
      }
      const refusal = await refusalFromStore(session, context, item);
      await context.sleep(HELD_MS);
      await session.query(
        `update product set stock = stock + taken.quantity
          from unnest($1::int[], $2::int[]) as taken (id, quantity) where product.id = taken.id`,
        taken,
      );
      return refusal;
    }
    await placeOrder(session, buyer, cart);
    return ORDERED;
  },
});
