import { underLease } from '../under-lease.js';
import { bookingsOnMongodb } from './schema.js';
import { checkThenBook, lockDocument } from './steps.js';

/**
 * A lock document with a unique index on table, date and start, which the server removes after its expiry: acquire, look
 * again, book, release. Two hazards. It locks a start and not a time, so bookings that begin differently and overlap have
 * a lock each. And a holder that is held up for longer than the expiry does not know that it has lapsed.
 */
export default bookingsOnMongodb({
  strategy: 'lock-document',
  summary: 'Inserts a lock document (unique table, date and start; TTL), looks, books, deletes it.',
  prevents:
    'Double bookings for the same start, among holders that are done in time. Neither overlaps of different starts, nor double bookings by a holder that is late.',
  costs: 'Two writes more. A dead holder keeps that start until the TTL thread has come, once a minute.',
  source: 'https://www.mongodb.com/docs/manual/core/index-ttl/',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'violated',
    'stalled-holder': 'violated',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  lockOn: ['restaurant', 'table', 'date', 'start'],
  book(session, input, context) {
    const { restaurant, table, date, start } = input;
    const lock = lockDocument(session, context, input, `lock ${restaurant}/${table}/${date}/${start}`);
    return underLease(context, lock, () => checkThenBook(session.mongo.db, context, input));
  },
});
