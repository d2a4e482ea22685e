import type { ClientContext } from '../../../src/core/context.js';
import type { CartItem, CheckoutOutcome } from '../../../scenarios/checkout/contract.js';
import { ORDERED, refusalOf, wantedOf } from '../cart.js';
import { checkoutOnMongodb, type ShopDatabase } from './schema.js';
import { decrementIfEnough, placeOrder, readProducts } from './steps.js';

/**
 * Checks and decrements in one command, `{ stock: { $gte: q } }` with `$inc: { stock: -q }`: atomic, as every write of one
 * document is. No two buyers get the same unit.
 *
 * A cart of several products is several documents, and nothing ties them together: where the third is short, the two that were
 * taken are given back. Until then everybody else sees them gone, and is refused for units that nobody ever bought; in opposite
 * orders all may be. Nor is the order tied to the stock: who dies before it is stored takes the units with him.
 */
export default checkoutOnMongodb({
  strategy: 'conditional-update',
  summary: 'Decrements with a condition on the stock, a product at a time; gives back what it took in vain.',
  prevents:
    'Lost updates and overselling. Neither false refusals in carts of several products, nor units lost by a crash.',
  costs:
    'One command a product and one for the order; for a cart in vain those, and as many again to give back.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'violated',
    'oversized-cart': 'holds',
    'crashed-buyer': 'violated',
  },
  async checkout(shop, input, context) {
    const taken: CartItem[] = [];
    for (const item of wantedOf(input.cart)) {
      const refused = await takeOrRefuse(shop, context, item);
      if (refused === undefined) taken.push(item);
      else {
        for (const one of taken) await giveBack(shop, context, one);
        return refused;
      }
    }
    await context.point('written');
    await placeOrder(shop, input);
    return ORDERED;
  },
});

/** Takes it, or says why not. Somebody may have given units back between the two looks: then it is tried again. */
async function takeOrRefuse(
  shop: ShopDatabase,
  context: ClientContext,
  item: CartItem,
): Promise<CheckoutOutcome | undefined> {
  for (;;) {
    if (await decrementIfEnough(shop, context, item)) return undefined;
    const refused = refusalOf([item], await readProducts(shop, context, [item]));
    if (refused !== undefined) return refused;
    context.count('retry');
  }
}

async function giveBack(
  { products }: ShopDatabase,
  context: ClientContext,
  { productId, quantity }: CartItem,
): Promise<void> {
  await products.updateOne({ _id: productId }, { $inc: { stock: quantity } });
  context.note('write', { product: productId });
}
