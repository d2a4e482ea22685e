import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectPostgres, type Session } from '../../../src/stores/postgres/connect.js';
import type {
  CartItem,
  Checkout,
  CheckoutFinal,
  CheckoutInitial,
  CheckoutInput,
  CheckoutOutcome,
} from '../../../scenarios/checkout/contract.js';

/** One way to check out on PostgreSQL: what its file adds to the tables that all of them share. */
export interface CheckoutStrategy extends Pick<
  Target<Checkout>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Tables of its own, name to columns; emptied before each trial. */
  readonly tables?: Readonly<Record<string, string>>;
  /** One statement that changes the shared tables: a column, a constraint. */
  readonly alter?: string;
  checkout(session: Session, input: CheckoutInput, context: ClientContext): Promise<CheckoutOutcome>;
  readonly workers?: {
    readonly count: number;
    /** Works one thing off; false when there was nothing to do. */
    readonly work: (session: Session, context: ClientContext) => Promise<boolean>;
  };
}

/**
 * Nothing in here decides a race: no CHECK, UNIQUE or EXCLUDE beyond ids, and no foreign key, since that takes locks.
 * A strategy adds its own.
 */
export const TABLES: Readonly<Record<string, string>> = {
  product: 'id int primary key, name text not null, stock int not null',
  orders: 'id int generated always as identity primary key, buyer int not null',
  order_item: 'order_id int not null, product_id int not null, quantity int not null',
};

/** How long a worker with nothing to do waits before it looks again. */
const IDLE_MS = 1;

/** A target from a strategy: its set-up, reset, reads, clients and workers. */
export function checkoutOnPostgres(strategy: CheckoutStrategy): Target<Checkout> {
  const { summary, prevents, costs, source, expectations } = strategy;
  return {
    contract: 'checkout',
    id: `postgres/${strategy.strategy}`,
    summary,
    prevents,
    costs,
    source,
    expectations,
    open: (context) => openCheckout(strategy, context),
  };
}

async function openCheckout(
  strategy: CheckoutStrategy,
  context: TargetContext,
): Promise<OpenTarget<Checkout>> {
  const session = await connectPostgres(context);
  const tables = Object.entries({ ...TABLES, ...strategy.tables });
  const { workers } = strategy;
  return {
    setup: async () => {
      await session.query(`${creationOf(tables)} ${strategy.alter ?? ''}`);
    },
    reset: async ({ products }) => {
      await session.query(refillOf(session, tables, products));
    },
    read: () => readFinal(session),
    client: async (clientContext) => {
      const own = await openSession(clientContext, tables);
      return {
        checkout: (input) => strategy.checkout(own, input, clientContext),
        close: () => own.end(),
      };
    },
    ...(workers && {
      workers: {
        count: workers.count,
        open: async (workerContext: ClientContext) => {
          const own = await openSession(workerContext, tables);
          return {
            name: `${strategy.strategy} worker`,
            run: () => workUntilAborted(own, workerContext, workers.work),
            close: () => own.end(),
          };
        },
      },
    }),
    close: () => session.end(),
  };
}

/** Connected, and with every table in the server process's caches, so that the first trial is like the others. */
export async function openSession(
  context: ClientContext,
  tables: readonly (readonly [string, string])[] = Object.entries(TABLES),
): Promise<Session> {
  const session = await connectPostgres(context);
  await session.query(`select from ${tables.map(([name]) => name).join(', ')} limit 0`);
  return session;
}

async function workUntilAborted(
  session: Session,
  context: ClientContext,
  work: (session: Session, context: ClientContext) => Promise<boolean>,
): Promise<void> {
  while (!context.signal.aborted) {
    // The only rejection of a sleep is the abort that the loop's condition sees.
    if (!(await work(session, context))) await context.sleep(IDLE_MS).catch(() => undefined);
  }
}

/** The statements that create tables: name to columns. */
export function creationOf(tables: readonly (readonly [string, string])[]): string {
  return tables.map(([name, columns]) => `create table ${name} (${columns});`).join(' ');
}

/** The statements that empty the tables and put the products into theirs. */
export function refillOf(
  session: Session,
  tables: readonly (readonly [string, string])[],
  products: CheckoutInitial['products'],
): string {
  // DELETE, not TRUNCATE: on tables this small it takes a quarter of the time.
  const empty = tables.map(([name]) => `delete from ${name};`).join(' ');
  const rows = session.escapeLiteral(JSON.stringify(products));
  return `${empty} insert into product (id, name, stock)
    select id, name, stock from json_to_recordset(${rows}) as initial (id int, name text, stock int)`;
}

/** The final state, in one round trip: several statements of the simple protocol answer with several results. */
export async function readFinal(session: Session): Promise<CheckoutFinal> {
  const results: unknown = await session.query(`
    select id, name, stock from product order by id;
    select id, buyer from orders order by id;
    select order_id, product_id, quantity from order_item order by order_id, product_id`);
  const [products, orders, items] = results as readonly [
    { readonly rows: CheckoutFinal['products'] },
    { readonly rows: readonly { readonly id: number; readonly buyer: number }[] },
    {
      readonly rows: readonly {
        readonly order_id: number;
        readonly product_id: number;
        readonly quantity: number;
      }[];
    },
  ];
  const itemsOf = new Map(orders.rows.map(({ id }): [number, CartItem[]] => [id, []]));
  for (const { order_id, product_id: productId, quantity } of items.rows) {
    itemsOf.get(order_id)?.push({ productId, quantity });
  }
  return {
    products: products.rows,
    orders: orders.rows.map(({ id, buyer }) => ({ id, buyer, items: itemsOf.get(id) ?? [] })),
  };
}
