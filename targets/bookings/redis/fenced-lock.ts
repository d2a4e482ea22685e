import { script } from '../../../src/stores/redis/connect.js';
import { bookingOf } from '../booking.js';
import { BEING_BOOKED, BOOKED, TAKEN } from '../outcomes.js';
import { underLease } from '../under-lease.js';
import { bookingsKey, bookingsOnRedis } from './schema.js';
import { countInTheWay, tableLease } from './steps.js';

/** Takes the lease and draws its token in one step: of two leases the later has the higher token. */
const ACQUIRE = script(`
  if not redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 0 end
  return redis.call('INCR', KEYS[2])`);

/** Writes only while no later token has been drawn. */
const APPEND_IF_NEWEST = script(`
  if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
  return redis.call('RPUSH', KEYS[1], ARGV[2])`);

/**
 * As `set-nx`, with a token that rises with every lease, and a booking that is written only while its token is the newest.
 * A holder whose lease was taken over is refused by the store, however late it is; the expiry only decides how long others
 * wait, and no longer whether the bookings are right.
 * While a holder is held up, others are turned away, and in the end it books nothing either.
 *
 * The newest drawn, and not the newest that has written: the next holder may have looked already, and must not be surprised
 * by a booking that it did not see. And drawn in one step with the lease: drawn afterwards, a late holder's would be higher.
 */
export default bookingsOnRedis({
  strategy: 'fenced-lock',
  summary: 'A lease on the table with a rising token, which is checked in the step that writes.',
  prevents:
    'Double bookings, also by a holder that outlived its lease. Not that such a holder is turned away.',
  costs: 'A script for the lease and one for the booking. What is written must be where the token is.',
  source: 'https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'gives-up',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  book(session, input, context) {
    const { redis } = session;
    const booking = bookingOf(context, input);
    const fence = `fence:${booking.restaurant}/${booking.table}/${booking.date}`;
    const lease = tableLease(session, context, input);
    let token = 0;
    const acquire = async () => {
      token = Number(await ACQUIRE(redis, [lease.key, fence], lease.value, lease.ttlMs));
      return token > 0;
    };
    return underLease(context, { ...lease, acquire }, async () => {
      if ((await countInTheWay(redis, context, booking)) > 0) return TAKEN;
      await context.point('checked');
      const keys = [bookingsKey(booking), fence];
      if ((await APPEND_IF_NEWEST(redis, keys, token, JSON.stringify(booking))) === 0) return BEING_BOOKED;
      context.note('write', {});
      await context.point('written');
      return BOOKED;
    });
  },
});
