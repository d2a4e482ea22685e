import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { checkoutOnPostgres } from '../schema.js';
import { readCheckWrite } from '../steps.js';

/** Takes a lock whose key is the buyer: everybody has a lock of their own. */
export default checkoutOnPostgres({
  strategy: 'broken-advisory-lock-per-buyer',
  summary: 'An advisory lock with a different key for every buyer.',
  prevents: 'One buyer who checks out twice at once.',
  costs: 'Those of advisory-lock.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS',
  expectations: { 'flash-sale': 'violated' },
  checkout: (session, input, context) =>
    inTransaction(session, context, 'read committed', async () => {
      await session.query("select pg_advisory_xact_lock('product'::regclass::oid::int, $1)", [input.buyer]);
      return readCheckWrite(session, context, input);
    }),
});
