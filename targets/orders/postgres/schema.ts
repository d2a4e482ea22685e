import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectPostgres, type Session } from '../../../src/stores/postgres/connect.js';
import type { Orders, OrdersFinal } from '../../../scenarios/orders/contract.js';
import type { Operations } from '../read-compute-write.js';

/** One way to change orders on PostgreSQL: what its file adds to the tables that all of them share. */
export interface OrdersStrategy extends Pick<
  Target<Orders>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** One statement that changes the shared tables: a column, a constraint. */
  readonly alter?: string;
  /** One statement on each client's session, e.g. a time-out of its own. */
  readonly prepare?: (context: ClientContext) => string;
  readonly operations: (session: Session, context: ClientContext) => Operations;
}

/** Nothing in here decides a race: no CHECK or UNIQUE beyond ids, and no foreign key, since that takes locks. */
const TABLES = `
  create table orders (id int primary key, total int not null);
  create table discount (id text primary key, usage_limit int not null, used int not null);
  create table customer (id int generated always as identity primary key, name text not null);
  create table placed_order (id int generated always as identity primary key, reference int not null,
    customer text not null, discount text not null, items jsonb not null);`;

/** A target from a strategy: its set-up, reset, reads and clients. */
export function ordersOnPostgres(strategy: OrdersStrategy): Target<Orders> {
  const { summary, prevents, costs, source, expectations } = strategy;
  return {
    contract: 'orders',
    id: `postgres/${strategy.strategy}`,
    ...{ summary, prevents, costs, source, expectations },
    open: (context) => openOrders(strategy, context),
  };
}

async function openOrders(
  { alter, prepare, operations }: OrdersStrategy,
  context: TargetContext,
): Promise<OpenTarget<Orders>> {
  const session = await connectPostgres(context);
  return {
    setup: async () => {
      await session.query(`${TABLES} ${alter ?? ''}`);
    },
    reset: async ({ orders, discounts }) => {
      const rows = (things: readonly unknown[]) => session.escapeLiteral(JSON.stringify(things));
      // DELETE, not TRUNCATE: on tables this small it takes a quarter of the time.
      await session.query(`
        delete from orders; delete from discount; delete from customer; delete from placed_order;
        insert into orders (id, total)
          select id, total from json_to_recordset(${rows(orders)}) as initial (id int, total int);
        insert into discount (id, usage_limit, used)
          select id, "limit", 0 from json_to_recordset(${rows(discounts)}) as initial (id text, "limit" int)`);
    },
    read: () => readFinal(session),
    client: async (clientContext) => {
      const own = await connectPostgres(clientContext);
      // Every table in the server process's caches, so that the first trial is like the others.
      await own.query('select from orders, discount, customer, placed_order limit 0');
      if (prepare) await own.query(prepare(clientContext));
      return { ...operations(own, clientContext), close: () => own.end() };
    },
    close: () => session.end(),
  };
}

/** The final state, in one round trip. Locks of rows end with their transaction: there are none left to tell of. */
async function readFinal(session: Session): Promise<OrdersFinal> {
  const results: unknown = await session.query(`
    select id, total from orders order by id;
    select id, used from discount order by id;
    select name from customer order by id;
    select reference, customer, discount, items from placed_order order by id`);
  const [orders, discounts, customers, placed] = results as readonly [
    { readonly rows: OrdersFinal['orders'] },
    { readonly rows: OrdersFinal['discounts'] },
    { readonly rows: OrdersFinal['customers'] },
    { readonly rows: OrdersFinal['placed'] },
  ];
  return {
    orders: orders.rows,
    discounts: discounts.rows,
    customers: customers.rows,
    placed: placed.rows,
    locks: [],
  };
}
