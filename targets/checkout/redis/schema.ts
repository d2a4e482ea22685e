import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectRedis, type Redis, type Script } from '../../../src/stores/redis/connect.js';
import type {
  CartItem,
  Checkout,
  CheckoutFinal,
  CheckoutInitial,
  CheckoutInput,
  CheckoutOutcome,
} from '../../../scenarios/checkout/contract.js';

/** One way to check out on Redis: what its file adds to the keys that all of them share. */
export interface CheckoutStrategy extends Pick<
  Target<Checkout>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  readonly scripts?: readonly Script[];
  readonly checkout: (redis: Redis, input: CheckoutInput, context: ClientContext) => Promise<CheckoutOutcome>;
}

/** The units of a product that are left: a number. */
export const stockKey = (product: number): string => `stock:${product}`;
export const nameKey = (product: number): string => `name:${product}`;
/** A list of orders, each as JSON. */
export const ORDERS = 'orders';
/** The numbers of all products, as JSON. */
const PRODUCTS = 'products';

/** A target from a strategy: its reset, reads and clients. */
export function checkoutOnRedis(strategy: CheckoutStrategy): Target<Checkout> {
  const { summary, prevents, costs, source, expectations } = strategy;
  return {
    contract: 'checkout',
    id: `redis/${strategy.strategy}`,
    ...{ summary, prevents, costs, source, expectations },
    open: (context) => openCheckout(strategy, context),
  };
}

async function openCheckout(
  { scripts = [], checkout }: CheckoutStrategy,
  context: TargetContext,
): Promise<OpenTarget<Checkout>> {
  const redis = await connectRedis(context);
  return {
    setup: () => Promise.resolve(),
    reset: (initial) => stockUp(redis, initial),
    read: async () => ({ products: await readProducts(redis), orders: await readOrders(redis) }),
    client: async (clientContext) => {
      const own = await openRedis(clientContext, scripts);
      return {
        checkout: (input) => checkout(own, input, clientContext),
        close: () => Promise.resolve(own.disconnect()),
      };
    },
    close: () => Promise.resolve(redis.disconnect()),
  };
}

/** Connected, and its scripts known to the server. */
export async function openRedis(context: ClientContext, scripts: readonly Script[]): Promise<Redis> {
  const redis = await connectRedis(context);
  for (const script of scripts) await script.load(redis);
  return redis;
}

/** The initial state, and nothing of the one before. */
export async function stockUp(redis: Redis, { products }: CheckoutInitial): Promise<void> {
  const before = await productIds(redis);
  const reset = redis.multi().del(ORDERS, ...before.flatMap((id) => [stockKey(id), nameKey(id)]));
  reset.set(PRODUCTS, JSON.stringify(products.map(({ id }) => id)));
  for (const { id, name, stock } of products) reset.set(stockKey(id), stock).set(nameKey(id), name);
  await reset.exec();
}

/** All products, as they are now. */
export async function readProducts(redis: Redis): Promise<CheckoutFinal['products']> {
  const ids = await productIds(redis);
  if (ids.length === 0) return [];
  const stocks = await redis.mget(ids.map(stockKey));
  const names = await redis.mget(ids.map(nameKey));
  return ids.map((id, place) => ({ id, name: names[place] ?? '', stock: Number(stocks[place]) }));
}

async function productIds(redis: Redis): Promise<number[]> {
  return JSON.parse((await redis.get(PRODUCTS)) ?? '[]') as number[];
}

async function readOrders(redis: Redis): Promise<CheckoutFinal['orders']> {
  const texts = await redis.lrange(ORDERS, 0, -1);
  return texts.map((text, place) => ({
    id: place + 1,
    ...(JSON.parse(text) as { buyer: number; items: CartItem[] }),
  }));
}
