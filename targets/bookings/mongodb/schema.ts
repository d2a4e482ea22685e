import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectMongodb, type Db, type MongoConnection } from '../../../src/stores/mongodb/connect.js';
import type {
  BookInput,
  Booking,
  Bookings,
  BookOutcome,
  LeftLock,
} from '../../../scenarios/bookings/contract.js';

/** What an operation works with. */
export interface BookingSession {
  readonly mongo: MongoConnection;
  /** The target's own connection, for what must work when the client is dead. */
  readonly target: MongoConnection;
  /** The server's clock, read when the client was opened: rather fast than slow, for a lease may last longer than promised. */
  serverNow(): Date;
}

export interface TableDocument {
  /** `restaurant/table`. */
  readonly _id: string;
  readonly touched: number;
}

export interface LockDocument {
  readonly restaurant: number;
  readonly table: number;
  readonly date: string;
  readonly start: string;
  /** The process of the holder. */
  readonly holder: number;
  readonly expiresAt: Date;
}

/** Where bookings are, for a strategy that does not keep them in the collection of that name. */
export interface BookingStorage {
  insert(db: Db, booking: Booking): Promise<void>;
  read(db: Db): Promise<{ bookings: Booking[]; locks: LeftLock[] }>;
}

/** One way to book on MongoDB: what its file adds to the collections that all of them share. */
export interface BookingStrategy extends Pick<
  Target<Bookings>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations' | 'needs'
> {
  /** The file's name. */
  readonly strategy: string;
  /** The fields of a lock document that no two may share. */
  readonly lockOn?: readonly (keyof LockDocument)[];
  readonly storage?: BookingStorage;
  book(session: BookingSession, input: BookInput, context: ClientContext): Promise<BookOutcome>;
}

/** Nothing in here decides a race: no unique index beyond ids. A strategy adds its own. */
const COLLECTIONS = ['tables', 'bookings', 'locks', 'slots', 'days'];

/** A target from a strategy: its set-up, reset, reads and clients. */
export function bookingsOnMongodb(strategy: BookingStrategy): Target<Bookings> {
  const { summary, prevents, costs, source, expectations, needs = [] } = strategy;
  return {
    contract: 'bookings',
    id: `mongodb/${strategy.strategy}`,
    ...{ summary, prevents, costs, source, expectations, needs },
    open: (context) => openBookings(strategy, context),
  };
}

async function openBookings(
  strategy: BookingStrategy,
  context: TargetContext,
): Promise<OpenTarget<Bookings>> {
  const target = await connectMongodb(context);
  const { db } = target;
  const { lockOn, storage = IN_THEIR_COLLECTION } = strategy;
  return {
    setup: async () => {
      for (const name of COLLECTIONS) await db.createCollection(name);
      await db.collection('bookings').createIndex({ restaurant: 1, table: 1, date: 1 });
      if (lockOn === undefined) return;
      const fields = Object.fromEntries(lockOn.map((field) => [field, 1 as const]));
      await db.collection('locks').createIndex(fields, { unique: true });
      await db.collection('locks').createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    },
    reset: async ({ tables, bookings }) => {
      for (const name of COLLECTIONS) await db.collection(name).deleteMany({});
      const documents = tables.map(({ restaurant, table }) => ({
        _id: `${restaurant}/${table}`,
        touched: 0,
      }));
      if (documents.length > 0) await db.collection<TableDocument>('tables').insertMany(documents);
      for (const booking of bookings) await storage.insert(db, booking);
    },
    read: () => storage.read(db),
    client: async (clientContext) => {
      const mongo = await connectMongodb(clientContext);
      const session = { mongo, target, serverNow: await serverClock(mongo, clientContext) };
      return { book: (input) => strategy.book(session, input, clientContext), close: () => mongo.close() };
    },
    close: () => target.close(),
  };
}

async function serverClock({ db }: MongoConnection, context: ClientContext): Promise<() => Date> {
  const askedMs = context.now();
  const { localTime } = (await db.command({ hello: 1 })) as unknown as { localTime: Date };
  const aheadMs = localTime.getTime() - askedMs;
  return () => new Date(aheadMs + context.now());
}

const IN_THEIR_COLLECTION: BookingStorage = {
  insert: async (db, booking) => void (await db.collection('bookings').insertOne({ ...booking })),
  async read(db) {
    const bookings = await db
      .collection('bookings')
      .find<Booking>({}, { projection: { _id: 0 } })
      .toArray();
    const locks = await db.collection<LockDocument>('locks').find().toArray();
    return { bookings, locks: locks.map(leftLock) };
  },
};

function leftLock({ restaurant, table, date, start, holder }: LockDocument): LeftLock {
  return { key: `${restaurant}/${table}/${date}/${start}`, process: holder, lapses: true };
}
