import { BOOKED, NO_SEAT } from '../booking.js';
import { seatsKey, seatsOnRedis, storeBooking } from './state.js';

/**
 * Decrements first and looks then: the number that DECRBY answers was nobody else's. Below zero the seats are given back.
 *
 * Until they are, others see a number that is too low, even below zero. A group of two is refused while a group of four, which
 * did not fit, gives back the seats that would have been enough for the two. Who dies before he gives back keeps them for ever.
 */
export default seatsOnRedis({
  strategy: 'decr-compensate',
  summary: 'DECRBY, and INCRBY again where the result is below zero.',
  prevents: 'Overbooking, between processes and machines too. Not refusals of what is free.',
  costs: 'One round trip more for each refusal, and refusals that need not be.',
  source: 'https://redis.io/docs/latest/commands/decrby/',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'gives-up', 'stale-lock': 'holds' },
  start: () => ({
    async bookSeat(redis, request, context) {
      const { trip, seats } = request;
      const left = await redis.decrby(seatsKey(trip), seats);
      context.note('write', { trip, seats: left, by: -seats });
      await context.point('written');
      if (left < 0) {
        const restored = await redis.incrby(seatsKey(trip), seats);
        context.note('write', { trip, seats: restored, by: seats });
        return NO_SEAT;
      }
      await storeBooking(redis, request);
      return BOOKED;
    },
  }),
});
