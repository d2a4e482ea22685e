import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { checkoutOnPostgres } from '../schema.js';
import { readCheckWrite } from '../steps.js';

/** Lets go of a session's lock before COMMIT: the next one gets the lock, and reads what was committed before. */
export default checkoutOnPostgres({
  strategy: 'broken-advisory-lock-unlocked-early',
  summary: 'Unlocks inside the transaction instead of after it.',
  prevents: 'Little: the race is as long as a COMMIT.',
  costs: 'Those of advisory-lock.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS',
  expectations: { 'flash-sale': 'violated' },
  checkout: (session, input, context) =>
    inTransaction(session, context, 'read committed', async () => {
      await session.query("select pg_advisory_lock('product'::regclass::oid::int, 0)");
      try {
        return await readCheckWrite(session, context, input);
      } finally {
        await session.query("select pg_advisory_unlock('product'::regclass::oid::int, 0)");
      }
    }),
});
