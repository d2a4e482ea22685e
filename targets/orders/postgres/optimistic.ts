import { NotHappened, type ClientContext } from '../../../src/core/context.js';
import { inTransaction, retrying, type Session } from '../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../retries.js';
import { found, readComputeWrite, type OrderTables } from '../read-compute-write.js';
import { ordersOnPostgres } from './schema.js';
import { addCustomerOnce, plainTables, UNIQUE_NAME } from './tables.js';

/** The SQLSTATE by which the server itself says "somebody was faster, try again": one loop serves both. */
const SERIALIZATION_FAILURE = '40001';

/**
 * Reads each row with its version, and writes only if the version is still the same. An UPDATE that waited for a row looks at
 * its condition again on the row's new version; if it changed nothing, somebody was faster, and all is rolled back and read
 * again. Moves in opposite orders may deadlock in their updates: the victim starts over as well.
 */
export default ordersOnPostgres({
  strategy: 'optimistic',
  summary: 'Writes only if the version it read is still there, else starts over.',
  prevents:
    'Lost updates, at any isolation level, however long it takes from the read to the write. Not those of writers who leave the version alone.',
  costs: 'One of those who meet gets through in each round and the others start over.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'holds',
    'shared-then-exclusive': 'holds',
    'stalled-transaction': 'holds',
  },
  alter: `${UNIQUE_NAME}
    alter table orders add column version int not null default 0;
    alter table discount add column version int not null default 0`,
  operations: (session, context) =>
    readComputeWrite(context, (_, body) =>
      retrying(context, retriesOf(context), () =>
        inTransaction(session, context, 'read committed', () => body(versionedTables(session, context))),
      ),
    ),
});

interface Versioned {
  readonly id: number | string;
  readonly version: number;
}

/** As one attempt read it: the versions are forgotten with it. */
function versionedTables(session: Session, context: ClientContext): OrderTables {
  const seen = new Map<number | string, number>();
  const remember = ({ id, version }: Versioned) => seen.set(id, version);
  const write = async (statement: string, id: number | string, value: number) => {
    const { rowCount } = await session.query(
      `${statement}, version = version + 1 where id = $1 and version = $3`,
      [id, value, seen.get(id)],
    );
    if (rowCount === 0) throw new NotHappened(`${id} changed after it was read`, SERIALIZATION_FAILURE);
  };
  return {
    ...plainTables(session, context),
    totals: async (orders) => {
      const { rows } = await session.query<Versioned & { readonly total: number }>(
        'select id, total, version from orders where id = any($1)',
        [orders],
      );
      rows.forEach(remember);
      for (const { id, total } of rows) context.note('read', { order: id, total });
      return orders.map(
        (order) =>
          found(
            rows.find(({ id }) => id === order),
            `order ${order}`,
          ).total,
      );
    },
    setTotal: async (order, total) => {
      await write('update orders set total = $2', order, total);
      context.note('write', { order, total });
    },
    discount: async (id) => {
      const { rows } = await session.query<Versioned & { readonly used: number; readonly limit: number }>(
        'select id, used, usage_limit as "limit", version from discount where id = $1',
        [id],
      );
      rows.forEach(remember);
      const { used, limit } = found(rows[0], `discount ${id}`);
      context.note('read', { discount: id, used });
      return { used, limit };
    },
    setUsed: async (discount, used) => {
      await write('update discount set used = $2', discount, used);
      context.note('write', { discount, used });
    },
    addCustomer: (name) => addCustomerOnce(session, name),
  };
}
