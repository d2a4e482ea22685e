import { script } from '../../../src/stores/redis/connect.js';
import { BOOKED, NO_SEAT } from '../booking.js';
import { BOOKINGS, bookingText, seatsKey, seatsOnRedis } from './state.js';

/** What the seats have come to, or nothing where there are too few. */
const BOOK = script(`
  local left = tonumber(redis.call('GET', KEYS[1])) - tonumber(ARGV[1])
  if left < 0 then return false end
  redis.call('SET', KEYS[1], left)
  redis.call('RPUSH', KEYS[2], ARGV[2])
  return left
`);

/** Checks, takes and stores in one script. Redis runs one script at a time, and nothing beside it. */
export default seatsOnRedis({
  strategy: 'lua',
  summary: 'One script that checks, takes the seats and stores the booking.',
  prevents:
    'Overbooking, between processes and machines too, and half a booking. Not the loss of what the server had not written down.',
  costs: 'One round trip. The server does nothing else as long as the script runs.',
  source: 'https://redis.io/docs/latest/develop/programmability/eval-intro/',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'holds' },
  scripts: [BOOK],
  start: () => ({
    async bookSeat(redis, request, context) {
      const { trip, seats } = request;
      const left = await BOOK(redis, [seatsKey(trip), BOOKINGS], seats, bookingText(request));
      if (left === null) return NO_SEAT;
      context.note('write', { trip, seats: Number(left), by: -seats });
      return BOOKED;
    },
  }),
});
