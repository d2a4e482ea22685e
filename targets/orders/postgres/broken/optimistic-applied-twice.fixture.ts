import { NotHappened } from '../../../../src/core/context.js';
import { retrying } from '../../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../../retries.js';
import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnPostgres } from '../schema.js';
import { plainTables, readTotals } from '../tables.js';

/** Adds first and looks afterwards whether somebody was faster; then it starts over without taking back what it added. */
export default ordersOnPostgres({
  strategy: 'broken-optimistic-applied-twice',
  summary: 'Starts over after its change was made, and makes it again.',
  prevents: 'Nothing.',
  costs: 'Those of optimistic.',
  source: 'https://www.postgresql.org/docs/18/sql-update.html',
  expectations: { 'order-update': 'violated' },
  operations: (session, context) =>
    readComputeWrite(context, (_, body) =>
      retrying(context, retriesOf(context), () => {
        let seen = NaN;
        return body({
          ...plainTables(session, context),
          totals: async (orders) => {
            const totals = await readTotals(session, context, orders);
            seen = totals[0] ?? NaN;
            return totals;
          },
          setTotal: async (order, total) => {
            const by = total - seen;
            await session.query('update orders set total = total + $2 where id = $1', [order, by]);
            const [after = NaN] = await readTotals(session, context, [order]);
            if (after !== total) throw new NotHappened(`order ${order} changed after it was read`, '40001');
          },
        });
      }),
    ),
});
