import { BOOKED, NO_SEAT } from '../../booking.js';
import { seatsOnPostgres, storeBooking } from '../schema.js';
import { takeIfEnough } from '../steps.js';

/** Sends the insert again, as a client does that lost its answer and has no key to tell that it is the same booking. */
export default seatsOnPostgres({
  strategy: 'broken-booking-twice',
  summary: 'Repeats an insert that had succeeded.',
  prevents: 'A seat count below zero.',
  costs: 'Two bookings for one student.',
  source: 'https://www.postgresql.org/docs/18/sql-insert.html#SQL-ON-CONFLICT',
  expectations: { 'last-seat': 'violated' },
  async bookSeat(session, request, context) {
    if (!(await takeIfEnough(session, context, request))) return NO_SEAT;
    await storeBooking(session, request);
    await storeBooking(session, request);
    return BOOKED;
  },
});
