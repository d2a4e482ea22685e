import { inTransaction, retrying } from '../../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../../retries.js';
import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnPostgres } from '../schema.js';
import { plainTables } from '../tables.js';

/** Asks for SERIALIZABLE before the transaction begins, where it has no effect but a warning that drivers do not show. */
export default ordersOnPostgres({
  strategy: 'broken-serializable-downgraded',
  summary: 'Sets the isolation level one statement too early, and runs at READ COMMITTED.',
  prevents: 'Nothing.',
  costs: 'Those of a READ COMMITTED transaction.',
  source: 'https://www.postgresql.org/docs/18/sql-set-transaction.html',
  expectations: { 'discounted-orders': 'violated' },
  operations: (session, context) =>
    readComputeWrite(context, async (_, body) => {
      await session.query('set transaction isolation level serializable');
      return retrying(context, retriesOf(context), () =>
        inTransaction(session, context, 'read committed', () => body(plainTables(session, context))),
      );
    }),
});
