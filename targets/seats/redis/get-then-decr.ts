import { BOOKED, NO_SEAT } from '../booking.js';
import { readSeats, seatsKey, seatsOnRedis, storeBooking } from './state.js';

/**
 * Gets the number of free seats, decides, and decrements it. Each command is atomic, and the two together are not: everybody
 * who was told "one left" takes that one, and the number falls below zero.
 */
export default seatsOnRedis({
  strategy: 'get-then-decr',
  summary: 'GET, a check in the program, DECRBY.',
  prevents: 'Lost decrements. Not overbooking.',
  costs: 'Three round trips.',
  source: 'https://redis.io/docs/latest/commands/decrby/',
  expectations: {
    'last-seat': 'violated',
    'school-bus': 'violated',
    group: 'violated',
    'stale-lock': 'violated',
  },
  start: () => ({
    async bookSeat(redis, request, context) {
      const { trip, seats } = request;
      if ((await readSeats(redis, context, trip)) < seats) return NO_SEAT;
      await context.point('checked');
      const left = await redis.decrby(seatsKey(trip), seats);
      context.note('write', { trip, seats: left, by: -seats });
      await context.point('written');
      await storeBooking(redis, request);
      return BOOKED;
    },
  }),
});
