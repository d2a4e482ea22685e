import { underLease } from '../under-lease.js';
import { bookingsOnRedis } from './schema.js';
import { checkThenBook, tableLease } from './steps.js';

/**
 * As `set-nx`, but who had the lease deletes the key, whatever it holds by then. After the expiry that is somebody else's
 * lease: a third one gets in beside a holder that did nothing wrong.
 */
export default bookingsOnRedis({
  strategy: 'set-nx-unowned',
  summary: 'Takes a lease on the table with SET NX PX, looks, books, deletes the key without comparing.',
  prevents:
    "Double bookings while nobody is late. Neither double bookings by a late holder, nor that he deletes another's lock.",
  costs: 'Two commands more.',
  source: 'https://redis.io/docs/latest/commands/set/#patterns',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'violated',
    'stale-release': 'violated',
    'crashed-holder': 'holds',
  },
  book(session, input, context) {
    const lease = tableLease(session, context, input);
    const unowned = { ...lease, release: async () => void (await session.redis.del(lease.key)) };
    return underLease(context, unowned, () => checkThenBook(session.redis, context, input));
  },
});
