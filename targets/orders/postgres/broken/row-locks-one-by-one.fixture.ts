import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnPostgres } from '../schema.js';
import { plainTables } from '../tables.js';

/** Locks every row that it changes, and commits each change by itself: who reads in between sees half a move. */
export default ordersOnPostgres({
  strategy: 'broken-row-locks-one-by-one',
  summary: 'One transaction a row.',
  prevents: 'Lost updates of one row.',
  costs: 'A commit for each row.',
  source: 'https://www.postgresql.org/docs/18/tutorial-transactions.html',
  expectations: { 'opposite-locks': 'violated' },
  operations: (session, context) => ({
    ...readComputeWrite(context, (_, body) => body(plainTables(session, context))),
    lockBoth: async ({ first, second, amount }) => {
      const add = (order: number, by: number) =>
        inTransaction(session, context, 'read committed', async () => {
          const { rows } = await session.query<{ total: number }>(
            'update orders set total = total + $2 where id = $1 returning total',
            [order, by],
          );
          return (rows[0]?.total ?? NaN) - by;
        });
      const previousFirst = await add(first, -amount);
      await context.point('written');
      return { result: 'moved', previousFirst, previousSecond: await add(second, amount) };
    },
  }),
});
