import { script } from '../../../../src/stores/redis/connect.js';
import { BOOKED, NO_SEAT } from '../../booking.js';
import { BOOKINGS, bookingText, seatsKey, seatsOnRedis } from '../state.js';

const BOOK = script(`
  if tonumber(redis.call('GET', KEYS[1])) <= 0 then return false end
  redis.call('RPUSH', KEYS[2], ARGV[2])
  return redis.call('DECRBY', KEYS[1], ARGV[1])
`);

/** Asks whether any seat is free, not whether enough are: right as long as everybody comes alone. */
export default seatsOnRedis({
  strategy: 'broken-lua-any-left',
  summary: 'The script with the condition that anything is left.',
  prevents: 'Overbooking, if nobody brings a friend.',
  costs: 'Those of lua.',
  source: 'https://redis.io/docs/latest/develop/programmability/eval-intro/',
  expectations: { group: 'violated' },
  scripts: [BOOK],
  start: () => ({
    async bookSeat(redis, request) {
      const left = await BOOK(redis, [seatsKey(request.trip), BOOKINGS], request.seats, bookingText(request));
      return left === null ? NO_SEAT : BOOKED;
    },
  }),
});
