import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { BOOKED, NO_SEAT } from '../../booking.js';
import { seatsOnPostgres, storeBooking } from '../schema.js';

/** Asks whether any seat is free, not whether enough are. */
export default seatsOnPostgres({
  strategy: 'broken-conditional-update-any-left',
  summary: 'The conditional update with the condition `seats > 0`.',
  prevents: 'Overbooking, if nobody brings a friend.',
  costs: 'Those of conditional-update.',
  source: 'https://www.postgresql.org/docs/18/sql-update.html',
  expectations: { group: 'violated' },
  bookSeat: (session, request, context) =>
    inTransaction(session, context, 'read committed', async () => {
      const { rowCount } = await session.query(
        'update trip set seats = seats - $2 where id = $1 and seats > 0',
        [request.trip, request.seats],
      );
      if (rowCount === 0) return NO_SEAT;
      await storeBooking(session, request);
      return BOOKED;
    }),
});
