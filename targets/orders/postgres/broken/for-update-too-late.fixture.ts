import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnPostgres } from '../schema.js';
import { plainTables, readTotals } from '../tables.js';

/** Reads, then locks what it read, and computes from what it saw before it had the lock. */
export default ordersOnPostgres({
  strategy: 'broken-for-update-too-late',
  summary: 'Locks the rows after it has read them.',
  prevents: 'Nothing.',
  costs: 'Those of for-update.',
  source: 'https://www.postgresql.org/docs/18/sql-select.html#SQL-FOR-UPDATE-SHARE',
  expectations: { 'order-update': 'violated' },
  operations: (session, context) =>
    readComputeWrite(context, (_, body) =>
      inTransaction(session, context, 'read committed', () =>
        body({
          ...plainTables(session, context),
          totals: async (orders) => {
            const seen = await readTotals(session, context, orders);
            await session.query('select from orders where id = any($1) order by id for update', [orders]);
            return seen;
          },
        }),
      ),
    ),
});
