import { BOOKED, NO_SEAT } from '../../booking.js';
import { seatsKey, seatsOnRedis, storeBooking } from '../state.js';

/** Decrements first, refuses below zero, and forgets to give back. */
export default seatsOnRedis({
  strategy: 'broken-decr-not-compensated',
  summary: 'DECRBY without giving back what was not there.',
  prevents: 'Overbooking.',
  costs: 'A count that falls with every refusal.',
  source: 'https://redis.io/docs/latest/commands/decrby/',
  expectations: { 'school-bus': 'violated' },
  start: () => ({
    async bookSeat(redis, request, context) {
      const left = await redis.decrby(seatsKey(request.trip), request.seats);
      context.note('write', { trip: request.trip, seats: left, by: -request.seats });
      if (left < 0) return NO_SEAT;
      await storeBooking(redis, request);
      return BOOKED;
    },
  }),
});
