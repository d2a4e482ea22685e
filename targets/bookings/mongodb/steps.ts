import type { ClientContext, NotHappened } from '../../../src/core/context.js';
import {
  isDuplicateKey,
  notHappened,
  type ClientSession,
  type Db,
} from '../../../src/stores/mongodb/connect.js';
import type { BookInput, Booking, BookOutcome } from '../../../scenarios/bookings/contract.js';
import { bookingOf } from '../booking.js';
import { lockTimesOf } from '../limits.js';
import { BOOKED, TAKEN } from '../outcomes.js';
import type { Lease } from '../under-lease.js';
import type { BookingSession, LockDocument } from './schema.js';

/** How many confirmed bookings overlap. Those that end when it begins do not. */
export async function countInTheWay(
  db: Db,
  context: ClientContext,
  { restaurant, table, date, start, end }: Booking,
  session?: ClientSession,
): Promise<number> {
  const overlapping = { restaurant, table, date, start: { $lt: end }, end: { $gt: start } };
  const found = await db
    .collection('bookings')
    .find(overlapping, { projection: { _id: 1 }, ...(session && { session }) })
    .toArray();
  context.note('read', { inTheWay: found.length });
  return found.length;
}

/** Stores a confirmed booking. */
export async function insertBooking(
  db: Db,
  context: ClientContext,
  booking: Booking,
  session?: ClientSession,
): Promise<void> {
  await db.collection('bookings').insertOne({ ...booking }, session && { session });
  context.note('write', {});
}

/** Looks whether the table is free, and books it: right only if nobody else gets in between, and it does nothing to see to that. */
export async function checkThenBook(
  db: Db,
  context: ClientContext,
  input: BookInput,
  session?: ClientSession,
): Promise<BookOutcome> {
  const booking = bookingOf(context, input);
  if ((await countInTheWay(db, context, booking, session)) > 0) return TAKEN;
  await context.point('checked');
  await insertBooking(db, context, booking, session);
  await context.point('written');
  return BOOKED;
}

/**
 * A lease as a document: a unique index lets one in, whoever comes second gets 11000. Deleted by its own id, so never somebody
 * else's. The server removes it after its expiry, when it next looks, which is once a minute.
 */
export function lockDocument(
  session: BookingSession,
  context: ClientContext,
  { restaurant, table, date, start }: BookInput,
  key: string,
): Lease {
  const { mongo, target } = session;
  const locks = mongo.db.collection<LockDocument>('locks');
  const ttlMs = lockTimesOf(context).expiryMs;
  let id: Awaited<ReturnType<typeof locks.insertOne>>['insertedId'];
  return {
    key,
    ttlMs,
    async acquire() {
      const expiresAt = new Date(session.serverNow().getTime() + ttlMs);
      try {
        const document = { restaurant, table, date, start, holder: context.process, expiresAt };
        ({ insertedId: id } = await locks.insertOne(document));
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    release: async () => void (await locks.deleteOne({ _id: id })),
    expire: async () => void (await target.db.collection('locks').deleteOne({ _id: id })),
  };
}

/** The server aborted the transaction because of another, and says that it may succeed when it is tried again. */
export function isBusy({ cause }: NotHappened): boolean {
  return notHappened(cause) !== undefined;
}
