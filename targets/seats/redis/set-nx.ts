import { script } from '../../../src/stores/redis/connect.js';
import { bookUnderLock, expiryMsOf, withinLimit } from '../booking.js';
import { lockKey, readDecideSet, seatsOnRedis } from './state.js';

/** Deletes a lock only if it is still the owner's, in one step. */
const RELEASE = script(`if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`);

/**
 * `SET lock token NX PX ttl`: one of all who try gets it, and the server itself ends a lock whose holder has died. There is no
 * step between "it is over" and "it is mine", so two never take over together.
 *
 * The server also ends the lock of a holder that is merely slow. Who needs longer than the expiry goes on beside the next one;
 * against that it needs a token that rises and is checked where the seats are written.
 */
export default seatsOnRedis({
  strategy: 'set-nx',
  summary: 'A lock key with an expiry around the naive way, released by its owner.',
  prevents:
    'Overbooking, between processes and machines too, as long as a booking takes less than the expiry. Not overbooking by a holder that is late.',
  costs: 'Two round trips a lock, and clients that ask again and again.',
  source: 'https://redis.io/docs/latest/commands/set/#patterns',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'holds' },
  scripts: [RELEASE],
  start: (own) => {
    let acquired = 0;
    return {
      abandonLock: async ({ trip, leftMs }) => {
        await own.set(lockKey(trip), 'dead', 'PX', Math.max(1, leftMs));
      },
      bookSeat: (redis, request, context) => {
        const key = lockKey(request.trip);
        const ttlMs = expiryMsOf(context);
        return bookUnderLock(
          context,
          request.trip,
          {
            acquire: () =>
              withinLimit(context, async () => {
                const token = `${context.client}.${context.process}.${(acquired += 1)}`;
                if ((await redis.set(key, token, 'PX', ttlMs, 'NX')) === null) return undefined;
                context.lease(key, ttlMs, async () => void (await RELEASE(own, [key], token)));
                return token;
              }),
            release: async (token) => void (await RELEASE(redis, [key], token)),
          },
          () => readDecideSet(redis, context, request),
        );
      },
    };
  },
});
