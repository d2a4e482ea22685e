import { BEING_BOOKED } from '../../outcomes.js';
import { advisoryLocks, tableKey } from '../advisory-lock.js';
import { bookingsOnPostgres } from '../schema.js';
import { checkThenBook } from '../steps.js';

/** A lock of the session, and nobody unlocks it when the booking is made. */
export default bookingsOnPostgres({
  strategy: 'broken-advisory-lock-kept',
  summary: "Takes an advisory lock for the session, and leaves it to the session's end.",
  prevents: 'Double bookings, and all others too.',
  costs: 'The table, for as long as the session lives.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS',
  expectations: { 'table-booking': 'violated' },
  async book(session, input, context) {
    const { rows } = await session.query<{ had: boolean }>(
      "select pg_try_advisory_lock('booking'::regclass::oid::int, hashtext($1)) as had",
      [tableKey(input)],
    );
    return rows[0]?.had ? checkThenBook(session, context, input) : BEING_BOOKED;
  },
  locksLeft: advisoryLocks,
});
