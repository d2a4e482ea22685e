import { BOOKED, TAKEN } from '../../outcomes.js';
import { bookingsOnPostgres } from '../schema.js';
import { countInTheWay, insertBooking } from '../steps.js';

/** The constraint does its work, and nobody looks whether the row was skipped. */
export default bookingsOnPostgres({
  strategy: 'broken-conflict-unnoticed',
  summary: 'Inserts with ON CONFLICT DO NOTHING, and says "booked" whatever came of it.',
  prevents: 'Double bookings in the table, and not in what guests are told.',
  costs: 'Those of exclusion-constraint.',
  source: 'https://www.postgresql.org/docs/18/sql-insert.html#SQL-ON-CONFLICT',
  expectations: { 'stalled-holder': 'violated' },
  alter: 'alter table booking add exclude using gist (tsrange(starts, ends) with &&)',
  async book(session, input, context) {
    if ((await countInTheWay(session, context, input)) > 0) return TAKEN;
    await context.point('checked');
    await insertBooking(session, context, input, 'on conflict do nothing');
    return BOOKED;
  },
});
