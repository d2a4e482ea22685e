import type { ClientContext } from '../../../src/core/context.js';
import { script, type Redis } from '../../../src/stores/redis/connect.js';
import type {
  CartItem,
  CheckoutInput,
  CheckoutOutcome,
  Product,
} from '../../../scenarios/checkout/contract.js';
import { insufficientStock } from '../../../scenarios/checkout/refusal.js';
import { wantedOf } from '../cart.js';
import { nameKey, ORDERS, stockKey } from './schema.js';

/** The wanted products one after the other, each as it is at that moment. */
export async function readWanted(
  redis: Redis,
  context: ClientContext,
  wanted: readonly CartItem[],
): Promise<ReadonlyMap<number, Product>> {
  const products = new Map<number, Product>();
  for (const { productId: id } of wanted) {
    const [units, name] = await redis.mget(stockKey(id), nameKey(id));
    if (typeof units !== 'string' || typeof name !== 'string') continue;
    const stock = Number(units);
    context.note('read', { product: id, stock });
    products.set(id, { id, name, stock });
  }
  return products;
}

/** Takes units off what the server has at that moment. */
export async function decrementStock(
  redis: Redis,
  context: ClientContext,
  { productId, quantity }: CartItem,
): Promise<void> {
  await redis.decrby(stockKey(productId), quantity);
  context.note('write', { product: productId });
}

/** Stores an order with its items. */
export async function placeOrder(redis: Redis, input: CheckoutInput): Promise<void> {
  await redis.rpush(ORDERS, orderText(input));
}

/** An order, as it is stored. */
export function orderText({ buyer, cart }: CheckoutInput): string {
  return JSON.stringify({ buyer, items: cart });
}

/**
 * KEYS: the orders, then the stock of each product. ARGV: the order or nothing, then the quantity of each. Answers with the
 * place and the stock of the first product of which too little is there; else takes all, stores the order, answers nothing.
 */
export const TAKE_ALL = script(`
  for place = 2, #KEYS do
    local stock = tonumber(redis.call('GET', KEYS[place]))
    if stock < tonumber(ARGV[place]) then return { place - 2, stock } end
  end
  for place = 2, #KEYS do redis.call('DECRBY', KEYS[place], ARGV[place]) end
  if ARGV[1] ~= '' then redis.call('RPUSH', KEYS[1], ARGV[1]) end
  return false
`);

/** Takes the whole cart and stores `order` with it, in one step of the server; or the refusal, and nothing is taken. */
export async function takeAll(
  redis: Redis,
  context: ClientContext,
  { cart }: CheckoutInput,
  order = '',
): Promise<CheckoutOutcome | undefined> {
  const wanted = wantedOf(cart);
  const keys = [ORDERS, ...wanted.map(({ productId }) => stockKey(productId))];
  const quantities = wanted.map(({ quantity }) => quantity);
  const short = (await TAKE_ALL(redis, keys, order, ...quantities)) as [number, number] | null;
  if (short === null) {
    for (const { productId } of wanted) context.note('write', { product: productId });
    return undefined;
  }
  const [place, stock] = short;
  const { productId, quantity } = wanted[place]!;
  context.note('read', { product: productId, stock });
  return insufficientStock((await redis.get(nameKey(productId))) ?? '', stock, quantity);
}
