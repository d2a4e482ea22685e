import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectPostgres, type Session } from '../../../src/stores/postgres/connect.js';
import { connectRedis, type Redis, type Script } from '../../../src/stores/redis/connect.js';
import type { Checkout, CheckoutInput, CheckoutOutcome } from '../../../scenarios/checkout/contract.js';
import { creationOf, openSession, readFinal, refillOf, TABLES } from '../postgres/schema.js';
import { openRedis, readProducts, stockUp } from './schema.js';

/** A connection to each: the stock that counts is in Redis; its copy and the orders are in PostgreSQL. */
export interface TwoStores {
  readonly redis: Redis;
  readonly postgres: Session;
}

/** One way to check out with the stock in Redis and the orders in PostgreSQL. */
export interface TwoStoresStrategy extends Pick<
  Target<Checkout>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  readonly scripts?: readonly Script[];
  readonly checkout: (
    stores: TwoStores,
    input: CheckoutInput,
    context: ClientContext,
  ) => Promise<CheckoutOutcome>;
  /** Copies the stock from Redis to PostgreSQL. */
  readonly copyStock: (stores: TwoStores) => Promise<void>;
}

/** Milliseconds between two copies; without a scenario's word. */
const SYNC_MS = 100;
const POSTGRES_TABLES = Object.entries(TABLES);

/** A target from a strategy, with a worker that copies the stock every `syncMs`. */
export function checkoutOnTwoStores(strategy: TwoStoresStrategy): Target<Checkout> {
  const { summary, prevents, costs, source, expectations } = strategy;
  return {
    contract: 'checkout',
    id: `redis/${strategy.strategy}`,
    stores: ['redis', 'postgres'],
    ...{ summary, prevents, costs, source, expectations },
    open: (context) => openCheckout(strategy, context),
  };
}

async function openCheckout(
  { scripts = [], checkout, copyStock }: TwoStoresStrategy,
  context: TargetContext,
): Promise<OpenTarget<Checkout>> {
  const own = { redis: await connectRedis(context), postgres: await connectPostgres(context) };
  const settled = context.parameters.afterSync === 1;
  return {
    setup: async () => {
      await own.postgres.query(creationOf(POSTGRES_TABLES));
    },
    reset: async (initial) => {
      await stockUp(own.redis, initial);
      await own.postgres.query(refillOf(own.postgres, POSTGRES_TABLES, initial.products));
    },
    read: async () => {
      // Nobody is at work any more: one more copy, where it is asked for, is the last word.
      if (settled) await copyStock(own);
      const { products: copied, orders } = await readFinal(own.postgres);
      const products = copied.map(({ id, stock }) => ({ id, stock }));
      return { products: await readProducts(own.redis), orders, copy: { products, settled } };
    },
    client: async (clientContext) => {
      const stores = await openStores(clientContext, scripts);
      return {
        checkout: (input) => checkout(stores, input, clientContext),
        close: () => closeStores(stores),
      };
    },
    workers: {
      count: 1,
      open: async (workerContext) => {
        const stores = await openStores(workerContext, []);
        return {
          name: 'copier of the stock',
          run: () => copyUntilAborted(workerContext, () => copyStock(stores)),
          close: () => closeStores(stores),
        };
      },
    },
    close: () => closeStores(own),
  };
}

async function openStores(context: ClientContext, scripts: readonly Script[]): Promise<TwoStores> {
  return { redis: await openRedis(context, scripts), postgres: await openSession(context) };
}

async function closeStores({ redis, postgres }: TwoStores): Promise<void> {
  redis.disconnect();
  await postgres.end();
}

async function copyUntilAborted(context: ClientContext, copy: () => Promise<void>): Promise<void> {
  while (!context.signal.aborted) {
    await copy();
    // The only rejection of a sleep is the abort that the loop's condition sees.
    await context.sleep(context.parameters.syncMs ?? SYNC_MS).catch(() => undefined);
  }
}

/** The stock as it is in Redis at one moment, over what PostgreSQL has. */
export async function copyStock({ redis, postgres }: TwoStores): Promise<void> {
  await postgres.query(
    `update product set stock = seen.stock
      from json_to_recordset($1) as seen (id int, stock int) where product.id = seen.id`,
    [JSON.stringify(await readProducts(redis))],
  );
}
