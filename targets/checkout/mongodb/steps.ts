import type { ClientContext } from '../../../src/core/context.js';
import type { ClientSession } from '../../../src/stores/mongodb/connect.js';
import type {
  CartItem,
  CheckoutInput,
  CheckoutOutcome,
  Product,
} from '../../../scenarios/checkout/contract.js';
import { byId, ORDERED, productOf, refusalOf, wantedOf } from '../cart.js';
import type { ShopDatabase } from './schema.js';

/** The wanted products as one command sees them; in a transaction where a session is given, as its snapshot has them. */
export async function readProducts(
  { products }: ShopDatabase,
  context: ClientContext,
  wanted: readonly CartItem[],
  session?: ClientSession,
): Promise<ReadonlyMap<number, Product>> {
  const ids = wanted.map(({ productId }) => productId);
  const documents = await products.find({ _id: { $in: ids } }, session && { session }).toArray();
  for (const { _id, stock } of documents) context.note('read', { product: _id, stock });
  return new Map(documents.map(({ _id, name, stock }) => [_id, { id: _id, name, stock }]));
}

/** Takes units off if there are enough of them at that moment; false if not. */
export async function decrementIfEnough(
  { products }: ShopDatabase,
  context: ClientContext,
  { productId, quantity }: CartItem,
): Promise<boolean> {
  const { matchedCount } = await products.updateOne(
    { _id: productId, stock: { $gte: quantity } },
    { $inc: { stock: -quantity } },
  );
  if (matchedCount === 0) return false;
  context.note('write', { product: productId });
  return true;
}

/** Stores an order: one document. */
export async function placeOrder(
  { orders }: ShopDatabase,
  { buyer, cart }: CheckoutInput,
  session?: ClientSession,
): Promise<void> {
  await orders.insertOne({ buyer, items: cart }, session && { session });
}

/**
 * Reads the stock, checks it, writes what is left as an absolute value, and stores the order: right only if nobody else
 * gets in between, and it does nothing to see to that. Written in the order of ids.
 */
export async function readCheckWrite(
  shop: ShopDatabase,
  context: ClientContext,
  input: CheckoutInput,
  session?: ClientSession,
): Promise<CheckoutOutcome> {
  const products = await readProducts(shop, context, wantedOf(input.cart), session);
  return checkWrite(shop, context, input, products, session);
}

/** The second half of it, for a caller that read in a way of its own. */
export async function checkWrite(
  shop: ShopDatabase,
  context: ClientContext,
  input: CheckoutInput,
  products: ReadonlyMap<number, Product>,
  session?: ClientSession,
): Promise<CheckoutOutcome> {
  const wanted = wantedOf(input.cart);
  const refused = refusalOf(wanted, products);
  if (refused) return refused;
  await context.point('checked');
  for (const { productId, quantity } of byId(wanted)) {
    const stock = productOf(products, productId).stock - quantity;
    await shop.products.updateOne({ _id: productId }, { $set: { stock } }, session && { session });
    context.note('write', { product: productId, stock });
  }
  await context.point('written');
  await placeOrder(shop, input, session);
  return ORDERED;
}
