import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { bookUnderLock } from '../booking.js';
import { readSeats, seatsOnPostgres } from './schema.js';
import { decideWrite } from './steps.js';

/**
 * Locks the trip's row as it reads it. Who comes second waits in the SELECT and is given the row as the first left it. The
 * server lets go at COMMIT, and when the session ends: a dead client leaves no lock.
 */
export default seatsOnPostgres({
  strategy: 'for-update',
  summary: 'Reads the free seats with FOR UPDATE, then writes, in one transaction.',
  prevents: 'Overbooking, between processes and machines too. Not by whoever reads without the lock.',
  costs: 'Students of one trip book one after the other, from the SELECT to COMMIT.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'holds' },
  bookSeat: (session, request, context) =>
    inTransaction(session, context, 'read committed', () =>
      bookUnderLock(
        context,
        request.trip,
        {
          acquire: () => readSeats(session, context, request.trip, 'for update'),
          // COMMIT lets go.
          release: () => undefined,
        },
        (free) => decideWrite(session, context, request, free),
      ),
    ),
});
