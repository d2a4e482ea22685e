import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { underLock } from '../../../locking.js';
import { TAKEN } from '../../outcomes.js';
import { tableKey } from '../advisory-lock.js';
import { bookingsOnPostgres } from '../schema.js';
import { checkThenBook } from '../steps.js';

/** Says "taken" when another has the lock of the table, for whatever time that one books. */
export default bookingsOnPostgres({
  strategy: 'broken-busy-called-taken',
  summary: 'Tries an advisory lock on the table, and calls the table taken if somebody has it.',
  prevents: 'Double bookings, and waiting.',
  costs: 'Guests who go elsewhere, for a table that was free.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS',
  expectations: { 'stale-release': 'violated' },
  book: (session, input, context) =>
    inTransaction(session, context, 'read committed', async () => {
      const { rows } = await session.query<{ had: boolean }>(
        "select pg_try_advisory_xact_lock('booking'::regclass::oid::int, hashtext($1)) as had",
        [tableKey(input)],
      );
      if (!rows[0]?.had) return TAKEN;
      return underLock(
        context,
        [tableKey(input)],
        () => Promise.resolve(),
        () => checkThenBook(session, context, input),
      );
    }),
});
