import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { BOOKED, NO_SEAT } from '../booking.js';
import { seatsOnPostgres, storeBooking } from './schema.js';
import { takeIfEnough } from './steps.js';

/**
 * Checks and takes in one statement: `... set seats = seats - n where id = ... and seats >= n`. An UPDATE that waited for the row
 * looks at its condition again on the row's new version. The transaction ties the booking to the seats.
 */
export default seatsOnPostgres({
  strategy: 'conditional-update',
  summary: 'Takes the seats with a condition on their number, in one statement.',
  prevents:
    'Overbooking, between processes and machines too. Nothing that takes more than one row to decide.',
  costs: 'The row is locked only from the update to COMMIT: the shortest of all.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'holds' },
  bookSeat: (session, request, context) =>
    inTransaction(session, context, 'read committed', async () => {
      if (!(await takeIfEnough(session, context, request))) return NO_SEAT;
      await context.point('written');
      await storeBooking(session, request);
      return BOOKED;
    }),
});
