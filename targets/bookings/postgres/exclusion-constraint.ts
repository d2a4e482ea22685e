import { BOOKED, TAKEN } from '../outcomes.js';
import { bookingsOnPostgres } from './schema.js';
import { countInTheWay, insertBooking } from './steps.js';

/**
 * The rule in the schema: no two rows of one table whose times overlap. It holds for every program that writes, whatever it
 * looked at before. The usual form (`restaurant with =`) needs the extension btree_gist; a range of one number says the
 * same with what is built in, since such ranges overlap when they are equal.
 *
 * It looks first, as a program does that shows what is free; the constraint has the last word. ON CONFLICT DO NOTHING turns
 * its refusal into an answer. It also spares deadlocks: two plain INSERTs that conflict may each wait for the other, after
 * both have written.
 */
export default bookingsOnPostgres({
  strategy: 'exclusion-constraint',
  summary: 'Looks, inserts, and an exclusion constraint on table and time refuses what overlaps.',
  prevents:
    'Double bookings, for every program that writes to the table. Not the wait for whoever inserted first.',
  costs: 'A GiST index. No lock of its own, nothing to release, nothing to try again.',
  source: 'https://www.postgresql.org/docs/18/rangetypes.html#RANGETYPES-CONSTRAINT',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'holds',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  alter: `alter table booking add exclude using gist (
    int4range(restaurant, restaurant, '[]') with &&,
    int4range(dining_table, dining_table, '[]') with &&,
    tsrange(starts, ends) with &&)`,
  async book(session, input, context) {
    if ((await countInTheWay(session, context, input)) > 0) return TAKEN;
    await context.point('checked');
    return (await insertBooking(session, context, input, 'on conflict do nothing')) ? BOOKED : TAKEN;
  },
});
