import { bookUnderLock, expiryMsOf, withinLimit } from '../../booking.js';
import { readDecideSet, seatsOnRedis } from '../state.js';

/** The student's number is part of the lock's key: everybody gets a lock of his own, and at once. */
export default seatsOnRedis({
  strategy: 'broken-set-nx-per-student',
  summary: 'A lock key that no two students share.',
  prevents: 'That one student books twice at once. Nothing else.',
  costs: 'Those of set-nx.',
  source: 'https://redis.io/docs/latest/commands/set/#patterns',
  expectations: { 'school-bus': 'violated' },
  start: () => ({
    bookSeat(redis, request, context) {
      const key = `lock:${request.trip}:${request.student}`;
      return bookUnderLock(
        context,
        request.trip,
        {
          acquire: () =>
            withinLimit(context, async () => {
              const answer = await redis.set(key, 'held', 'PX', expiryMsOf(context), 'NX');
              return answer ?? undefined;
            }),
          release: async () => void (await redis.del(key)),
        },
        () => readDecideSet(redis, context, request),
      );
    },
  }),
});
