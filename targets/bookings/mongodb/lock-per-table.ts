import { underLease } from '../under-lease.js';
import { bookingsOnMongodb } from './schema.js';
import { checkThenBook, lockDocument } from './steps.js';

/**
 * As `lock-document`, with one lock for the table and the day, whatever the start: bookings that overlap meet at it. So do
 * some that do not overlap, and are turned away for nothing. A holder that outlives its lease is as dangerous as before.
 */
export default bookingsOnMongodb({
  strategy: 'lock-per-table',
  summary: 'Inserts a lock document (unique table and date; TTL), looks, books, deletes it.',
  prevents: 'Double bookings among holders that are done in time. Not those by a holder that is late.',
  costs:
    'Two writes more, and one booking of a table at a time, also for times that have nothing to do with each other.',
  source: 'https://www.mongodb.com/docs/manual/core/index-ttl/',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'violated',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  lockOn: ['restaurant', 'table', 'date'],
  book(session, input, context) {
    const { restaurant, table, date } = input;
    const lock = lockDocument(session, context, input, `lock ${restaurant}/${table}/${date}`);
    return underLease(context, lock, () => checkThenBook(session.mongo.db, context, input));
  },
});
