import { BOOKED, TAKEN } from '../../outcomes.js';
import { bookingsOnPostgres } from '../schema.js';
import { countInTheWay, insertBooking } from '../steps.js';

/** A unique index on table and start, where times should exclude each other. */
export default bookingsOnPostgres({
  strategy: 'broken-unique-start',
  summary: 'Looks, inserts, and a unique index on table and start refuses what is the same.',
  prevents: 'Double bookings for the same start.',
  costs: 'An index.',
  source: 'https://www.postgresql.org/docs/18/rangetypes.html#RANGETYPES-CONSTRAINT',
  expectations: { 'overlapping-slots': 'violated' },
  alter: 'create unique index on booking (restaurant, dining_table, starts)',
  async book(session, input, context) {
    if ((await countInTheWay(session, context, input)) > 0) return TAKEN;
    return (await insertBooking(session, context, input, 'on conflict do nothing')) ? BOOKED : TAKEN;
  },
});
