import { minutesOf } from '../../booking.js';
import { BOOKED, TAKEN } from '../../outcomes.js';
import { bookingsOnPostgres } from '../schema.js';
import { countInTheWay } from '../steps.js';

/** Books first, looks then, and takes its own back if another is there too: so do two at once, and nobody has the table. */
export default bookingsOnPostgres({
  strategy: 'broken-takes-back',
  summary: 'Inserts, counts, and deletes its own booking again if it is not alone.',
  prevents: 'Double bookings.',
  costs: 'The booking itself, where two come at once.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'table-booking': 'violated' },
  async book(session, input, context) {
    const { restaurant, table, date, start, guests } = input;
    const { rows } = await session.query<{ id: number }>(
      `insert into booking (restaurant, dining_table, starts, ends, guests)
        values ($1, $2, $3::timestamp, $3::timestamp + make_interval(mins => $4), $5) returning id`,
      [restaurant, table, `${date} ${start}`, minutesOf(context), guests],
    );
    if ((await countInTheWay(session, context, input)) === 1) return BOOKED;
    await session.query('delete from booking where id = $1', [rows[0]?.id]);
    return TAKEN;
  },
});
