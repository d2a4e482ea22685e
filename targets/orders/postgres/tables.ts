import type { ClientContext } from '../../../src/core/context.js';
import { found, type OrderTables } from '../read-compute-write.js';
import type { Session } from '../../../src/stores/postgres/connect.js';

/** Reads and writes, each a statement, as the naive way has them; a strategy replaces what it does otherwise. */
export function plainTables(session: Session, context: ClientContext): OrderTables {
  return {
    totals: (orders) => readTotals(session, context, orders),
    setTotal: async (order, total) => {
      await session.query('update orders set total = $2 where id = $1', [order, total]);
      context.note('write', { order, total });
    },
    discount: (id) => readDiscount(session, context, id),
    setUsed: async (discount, used) => {
      await session.query('update discount set used = $2 where id = $1', [discount, used]);
      context.note('write', { discount, used });
    },
    hasCustomer: async (name) => {
      const { rowCount } = await session.query('select from customer where name = $1 limit 1', [name]);
      return rowCount === 1;
    },
    addCustomer: async (name) => {
      await session.query('insert into customer (name) values ($1)', [name]);
    },
    place: async ({ reference, customer, discount, items }) => {
      await session.query(
        'insert into placed_order (reference, customer, discount, items) values ($1, $2, $3, $4)',
        [reference, customer, discount, JSON.stringify(items)],
      );
    },
    strengthen: () => Promise.resolve(),
  };
}

/** Totals as one statement sees them; `locking` is what stands behind its WHERE, e.g. `for update`. */
export async function readTotals(
  session: Session,
  context: ClientContext,
  orders: readonly number[],
  locking = '',
): Promise<readonly number[]> {
  const { rows } = await session.query<{ readonly id: number; readonly total: number }>(
    `select id, total from orders where id = any($1) ${locking}`,
    [orders],
  );
  for (const { id, total } of rows) context.note('read', { order: id, total });
  const totals = new Map(rows.map(({ id, total }) => [id, total]));
  return orders.map((order) => found(totals.get(order), `order ${order}`));
}

export async function readDiscount(
  session: Session,
  context: ClientContext,
  id: string,
  locking = '',
): Promise<{ readonly used: number; readonly limit: number }> {
  const { rows } = await session.query<{ readonly used: number; readonly limit: number }>(
    `select used, usage_limit as "limit" from discount where id = $1 ${locking}`,
    [id],
  );
  const { used, limit } = found(rows[0], `discount ${id}`);
  context.note('read', { discount: id, used });
  return { used, limit };
}

/** A customer who is there already is no error: it waits for another one's insert of the same name. Needs the unique name. */
export async function addCustomerOnce(session: Session, name: string): Promise<void> {
  await session.query('insert into customer (name) values ($1) on conflict (name) do nothing', [name]);
}

export const UNIQUE_NAME = 'alter table customer add unique (name);';
