import { inTransaction, retrying } from '../../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../../retries.js';
import { checkoutOnPostgres } from '../schema.js';
import { readCheckWrite } from '../steps.js';

/** Asks for SERIALIZABLE before the transaction begins, where it has no effect but a warning that drivers do not show. */
export default checkoutOnPostgres({
  strategy: 'broken-serializable-downgraded',
  summary: 'Sets the isolation level one statement too early, and runs at READ COMMITTED.',
  prevents: 'Nothing beyond read-committed.',
  costs: 'Those of read-committed.',
  source: 'https://www.postgresql.org/docs/18/sql-set-transaction.html',
  expectations: { 'flash-sale': 'violated' },
  async checkout(session, input, context) {
    await session.query('set transaction isolation level serializable');
    return retrying(context, retriesOf(context), () =>
      inTransaction(session, context, 'read committed', () => readCheckWrite(session, context, input)),
    );
  },
});
