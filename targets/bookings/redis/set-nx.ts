import { underLease } from '../under-lease.js';
import { bookingsOnRedis } from './schema.js';
import { checkThenBook, tableLease } from './steps.js';

/**
 * The lock of the manual: SET with NX and PX and a value of one's own, deleted by a script that compares. It keeps others out
 * for as long as it lasts. A holder that is held up for longer does not know that it has lapsed, and writes all the same.
 */
export default bookingsOnRedis({
  strategy: 'set-nx',
  summary: 'Takes a lease on the table with SET NX PX, looks, books, deletes the lease if it is its own.',
  prevents: 'Double bookings among holders that are done in time. Not those by a holder that is late.',
  costs: 'Two commands more. A dead holder keeps everybody out until the expiry.',
  source: 'https://redis.io/docs/latest/commands/set/#patterns',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'violated',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  book: (session, input, context) =>
    underLease(context, tableLease(session, context, input), () =>
      checkThenBook(session.redis, context, input),
    ),
});
