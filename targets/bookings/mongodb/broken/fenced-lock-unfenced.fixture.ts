import { underLease } from '../../under-lease.js';
import { bookingsOnMongodb } from '../schema.js';
import { checkThenBook, lockDocument } from '../steps.js';

/** Looks whether its lock is still there, and then books: two steps, with room for a stall between them. */
export default bookingsOnMongodb({
  strategy: 'broken-fenced-lock-unfenced',
  summary: 'A lease that is looked for once more before the booking, and not in the step that books.',
  prevents: 'Double bookings by most holders that are late.',
  costs: 'Those of fenced-lock.',
  source: 'https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html',
  expectations: { 'stalled-holder': 'violated' },
  lockOn: ['restaurant', 'table', 'date'],
  book: (session, input, context) =>
    underLease(context, lockDocument(session, context, input, 'lock'), async () => {
      const lock = await session.mongo.db.collection('locks').findOne({ holder: context.process });
      if (lock === null) return { result: 'being-booked' };
      return checkThenBook(session.mongo.db, context, input);
    }),
});
