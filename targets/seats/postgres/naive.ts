import { readSeats, seatsOnPostgres } from './schema.js';
import { decideWrite } from './steps.js';

/** Reads the free seats, decides, writes what is left, stores the booking: each statement a transaction of its own. */
export default seatsOnPostgres({
  strategy: 'naive',
  summary: 'Reads the free seats, writes what is left, stores the booking; no transaction.',
  prevents: 'Nothing.',
  costs: 'Three statements.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'last-seat': 'violated',
    'school-bus': 'violated',
    group: 'violated',
    'stale-lock': 'violated',
  },
  bookSeat: async (session, request, context) =>
    decideWrite(session, context, request, await readSeats(session, context, request.trip)),
});
