import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { bookingsOnPostgres } from '../schema.js';
import { checkThenBook } from '../steps.js';

/** The start is part of the key: bookings that begin differently and overlap have a lock each. */
export default bookingsOnPostgres({
  strategy: 'broken-advisory-lock-per-start',
  summary: 'An advisory lock on the table and the start.',
  prevents: 'Double bookings for the same start.',
  costs: 'Those of advisory-lock.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS',
  expectations: { 'overlapping-slots': 'violated' },
  book: (session, input, context) =>
    inTransaction(session, context, 'read committed', async () => {
      await session.query("select pg_advisory_xact_lock('booking'::regclass::oid::int, hashtext($1))", [
        `${input.restaurant}/${input.table}/${input.date}/${input.start}`,
      ]);
      return checkThenBook(session, context, input);
    }),
});
