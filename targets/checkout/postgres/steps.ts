import type { ClientContext } from '../../../src/core/context.js';
import type {
  CartItem,
  CheckoutInput,
  CheckoutOutcome,
  Product,
} from '../../../scenarios/checkout/contract.js';
import { insufficientStock } from '../../../scenarios/checkout/refusal.js';
import type { Session } from '../../../src/stores/postgres/connect.js';
import { byId, ORDERED, productOf, refusalOf, wantedOf } from '../cart.js';

/** The wanted products as one statement sees them; `locking` is what stands behind its WHERE, e.g. `for update`. */
export async function readProducts(
  session: Session,
  context: ClientContext,
  wanted: readonly CartItem[],
  locking = '',
): Promise<ReadonlyMap<number, Product>> {
  const { rows } = await session.query<Product>(
    `select id, name, stock from product where id = any($1) ${locking}`,
    [wanted.map((item) => item.productId)],
  );
  for (const { id, stock } of rows) context.note('read', { product: id, stock });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Writes a stock that was computed from one read before: whatever was written in between is gone. */
export async function writeStock(
  session: Session,
  context: ClientContext,
  productId: number,
  stock: number,
): Promise<void> {
  await session.query('update product set stock = $2 where id = $1', [productId, stock]);
  context.note('write', { product: productId, stock });
}

/** Takes units off what the server has at that moment. */
export async function decrementStock(
  session: Session,
  context: ClientContext,
  { productId, quantity }: CartItem,
): Promise<void> {
  await session.query('update product set stock = stock - $2 where id = $1', [productId, quantity]);
  context.note('write', { product: productId });
}

/** Takes units off if there are enough of them at that moment; false if not. */
export async function decrementIfEnough(
  session: Session,
  context: ClientContext,
  { productId, quantity }: CartItem,
): Promise<boolean> {
  const { rowCount } = await session.query(
    'update product set stock = stock - $2 where id = $1 and stock >= $2',
    [productId, quantity],
  );
  if (rowCount === 0) return false;
  context.note('write', { product: productId });
  return true;
}

/** Stores an order and its items. */
export async function placeOrder(session: Session, buyer: number, cart: readonly CartItem[]): Promise<void> {
  const { rows } = await session.query<{ id: number }>(
    'insert into orders (buyer) values ($1) returning id',
    [buyer],
  );
  await session.query(
    `insert into order_item (order_id, product_id, quantity)
      select $1, item.* from unnest($2::int[], $3::int[]) as item`,
    [rows[0]?.id, cart.map((item) => item.productId), cart.map((item) => item.quantity)],
  );
}

/**
 * Reads the stock, checks it, writes what is left as an absolute value, and stores the order: right only if nobody else
 * gets in between, and it does nothing to see to that. Written in the order of ids, so that transactions do not deadlock.
 */
export async function readCheckWrite(
  session: Session,
  context: ClientContext,
  input: CheckoutInput,
): Promise<CheckoutOutcome> {
  const products = await readProducts(session, context, wantedOf(input.cart));
  return checkWrite(session, context, input, products);
}

/** The second half of it, for a caller that read, and perhaps locked, in a way of its own. */
export async function checkWrite(
  session: Session,
  context: ClientContext,
  { buyer, cart }: CheckoutInput,
  products: ReadonlyMap<number, Product>,
): Promise<CheckoutOutcome> {
  const wanted = wantedOf(cart);
  const refused = refusalOf(wanted, products);
  if (refused) return refused;
  await context.point('checked');
  for (const { productId, quantity } of byId(wanted)) {
    await writeStock(session, context, productId, productOf(products, productId).stock - quantity);
  }
  await context.point('written');
  await placeOrder(session, buyer, cart);
  return ORDERED;
}

/**
 * The refusal for one product, from its stock as committed now. Only for a caller that has just seen that there is too
 * little: since no checkout adds stock, what is read later is too little as well, and it was the truth within the operation.
 */
export async function refusalFromStore(
  session: Session,
  context: ClientContext,
  short: CartItem,
): Promise<CheckoutOutcome> {
  const { name, stock } = productOf(await readProducts(session, context, [short]), short.productId);
  return insufficientStock(name, stock, short.quantity);
}
