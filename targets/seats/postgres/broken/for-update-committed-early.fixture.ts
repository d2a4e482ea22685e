import { readSeats, seatsOnPostgres } from '../schema.js';
import { decideWrite } from '../steps.js';

/** SELECT ... FOR UPDATE outside of a transaction: the lock is let go when the statement ends, before anything is decided. */
export default seatsOnPostgres({
  strategy: 'broken-for-update-committed-early',
  summary: 'FOR UPDATE in a transaction of its own.',
  prevents: 'Nothing.',
  costs: 'Those of naive.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: { 'school-bus': 'violated' },
  bookSeat: async (session, request, context) =>
    decideWrite(session, context, request, await readSeats(session, context, request.trip, 'for update')),
});
