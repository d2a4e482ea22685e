import type { ClientContext } from '../../../src/core/context.js';
import { isDuplicateKey, type Db } from '../../../src/stores/mongodb/connect.js';
import type { Booking } from '../../../scenarios/bookings/contract.js';
import { bookingOf, overlap } from '../booking.js';
import { lockTimesOf } from '../limits.js';
import { BEING_BOOKED, BOOKED, TAKEN } from '../outcomes.js';
import { underLease, type Lease } from '../under-lease.js';
import { bookingsOnMongodb, type BookingSession, type BookingStorage } from './schema.js';

/** A table on a day: its lock, its token, and its bookings, all in one document, which is changed in one step. */
interface DayDocument {
  readonly _id: string;
  readonly holder: number | null;
  readonly expiresAtMs: number;
  readonly token: number;
  readonly bookings: readonly Booking[];
}

/** All leases by one clock, to the millisecond: those of the clients may differ by more than a lease. */
const SERVER_NOW_MS = { $toLong: '$$NOW' };

const days = (db: Db) => db.collection<DayDocument>('days');
const dayOf = ({ restaurant, table, date }: Omit<Booking, 'start' | 'end' | 'guests'>) =>
  `${restaurant}/${table}/${date}`;

/**
 * A lease with a token that rises each time it is taken, and a booking that is written only while the token is still the
 * newest: a holder whose lease was taken over changes nothing, however late it is. Token and bookings are in one document,
 * so the check and the write are one step without a transaction.
 */
export default bookingsOnMongodb({
  strategy: 'fenced-lock',
  summary:
    'A lease with a rising token in the document of the table and day, checked in the update that books.',
  prevents:
    'Double bookings, also by a holder that outlived its lease. Not that such a holder is turned away.',
  costs: 'The bookings of a day are one document, written by one at a time.',
  source: 'https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'gives-up',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  storage: storage(),
  book(session, input, context) {
    const booking = bookingOf(context, input);
    const { lease, ours } = leaseOf(session, context, dayOf(booking));
    return underLease(context, lease, async () => {
      const day = await days(session.mongo.db).findOne({ _id: dayOf(booking) });
      const inTheWay = (day?.bookings ?? []).filter((other) => overlap(booking, other)).length;
      context.note('read', { inTheWay });
      if (inTheWay > 0) return TAKEN;
      await context.point('checked');
      const { matchedCount } = await days(session.mongo.db).updateOne(ours(), {
        $push: { bookings: booking },
      });
      if (matchedCount === 0) return BEING_BOOKED;
      context.note('write', {});
      await context.point('written');
      return BOOKED;
    });
  },
});

function leaseOf(session: BookingSession, context: ClientContext, _id: string) {
  const { mongo, target } = session;
  const ttlMs = lockTimesOf(context).expiryMs;
  let token = 0;
  const ours = () => ({ _id, token });
  const lease: Lease = {
    key: `lock ${_id}`,
    ttlMs,
    async acquire() {
      await makeDay(mongo.db, _id);
      const day = await days(mongo.db).findOneAndUpdate(
        { _id, $or: [{ holder: null }, { $expr: { $lte: ['$expiresAtMs', SERVER_NOW_MS] } }] },
        [
          {
            $set: {
              holder: context.process,
              token: { $add: ['$token', 1] },
              expiresAtMs: { $add: [SERVER_NOW_MS, ttlMs] },
            },
          },
        ],
        { returnDocument: 'after' },
      );
      token = day?.token ?? 0;
      return day !== null;
    },
    release: async () => void (await days(mongo.db).updateOne(ours(), { $set: { holder: null } })),
    expire: async () => void (await days(target.db).updateOne(ours(), { $set: { holder: null } })),
  };
  return { lease, ours };
}

/** A day without bookings, if there is none yet. */
async function makeDay(db: Db, _id: string): Promise<void> {
  const empty = { holder: null, token: 0, expiresAtMs: 0, bookings: [] };
  try {
    await days(db).updateOne({ _id }, { $setOnInsert: empty }, { upsert: true });
  } catch (error) {
    // Of two who insert at once, one finds it there.
    if (!isDuplicateKey(error)) throw error;
  }
}

function storage(): BookingStorage {
  return {
    async insert(db, booking) {
      const _id = dayOf(booking);
      await makeDay(db, _id);
      await days(db).updateOne({ _id }, { $push: { bookings: booking } });
    },
    async read(db) {
      const all = await days(db).find().toArray();
      return {
        bookings: all.flatMap(({ bookings }) => [...bookings]),
        locks: all.flatMap(({ _id, holder }) =>
          holder === null ? [] : [{ key: `lock ${_id}`, process: holder, lapses: true }],
        ),
      };
    },
  };
}
