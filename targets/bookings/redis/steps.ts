import type { ClientContext } from '../../../src/core/context.js';
import { script, type Redis } from '../../../src/stores/redis/connect.js';
import type { BookInput, Booking, BookOutcome } from '../../../scenarios/bookings/contract.js';
import { bookingOf, overlap } from '../booking.js';
import { lockTimesOf } from '../limits.js';
import { BOOKED, TAKEN } from '../outcomes.js';
import type { Lease } from '../under-lease.js';
import { bookingsKey, lockKey, type BookingSession } from './schema.js';

/** How many bookings overlap. Those that end when it begins do not. */
export async function countInTheWay(redis: Redis, context: ClientContext, booking: Booking): Promise<number> {
  const bookings = (await redis.lrange(bookingsKey(booking), 0, -1)).map(
    (text) => JSON.parse(text) as Booking,
  );
  const inTheWay = bookings.filter((other) => overlap(booking, other)).length;
  context.note('read', { inTheWay });
  return inTheWay;
}

/** Looks whether the table is free, and books it: right only if nobody else gets in between, and it does nothing to see to that. */
export async function checkThenBook(
  redis: Redis,
  context: ClientContext,
  input: BookInput,
): Promise<BookOutcome> {
  const booking = bookingOf(context, input);
  if ((await countInTheWay(redis, context, booking)) > 0) return TAKEN;
  await context.point('checked');
  await redis.rpush(bookingsKey(booking), JSON.stringify(booking));
  context.note('write', {});
  await context.point('written');
  return BOOKED;
}

/** Deletes a lock if it still has this value: the look and the deletion are one step at the server. */
const DELETE_OWN = script(`
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
  return 0`);

/** A lease on a table and day: SET with NX and PX, and a value that no other lease has. Released by its owner alone. */
export function tableLease(
  { redis, target }: BookingSession,
  context: ClientContext,
  input: BookInput,
): Lease & { readonly value: string } {
  const key = lockKey(input);
  const ttlMs = lockTimesOf(context).expiryMs;
  const value = `${context.process}.${Math.floor(context.random() * 2 ** 48).toString(36)}`;
  return {
    key,
    value,
    ttlMs,
    acquire: async () => (await redis.set(key, value, 'PX', ttlMs, 'NX')) === 'OK',
    release: async () => void (await DELETE_OWN(redis, [key], value)),
    expire: async () => void (await DELETE_OWN(target, [key], value)),
  };
}
