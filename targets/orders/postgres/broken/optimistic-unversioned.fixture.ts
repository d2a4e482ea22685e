import { inTransaction, retrying } from '../../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../../retries.js';
import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnPostgres } from '../schema.js';
import { plainTables } from '../tables.js';

/** Keeps a version and counts it up, but does not ask for it in the WHERE of its update. */
export default ordersOnPostgres({
  strategy: 'broken-optimistic-unversioned',
  summary: 'The optimistic way without the comparison of versions.',
  prevents: 'Nothing.',
  costs: 'Those of optimistic.',
  source: 'https://www.postgresql.org/docs/18/sql-update.html',
  expectations: { 'order-set': 'violated' },
  alter: 'alter table orders add column version int not null default 0',
  operations: (session, context) =>
    readComputeWrite(context, (_, body) =>
      retrying(context, retriesOf(context), () =>
        inTransaction(session, context, 'read committed', () =>
          body({
            ...plainTables(session, context),
            setTotal: async (order, total) => {
              await session.query('update orders set total = $2, version = version + 1 where id = $1', [
                order,
                total,
              ]);
            },
          }),
        ),
      ),
    ),
});
