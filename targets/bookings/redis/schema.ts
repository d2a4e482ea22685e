import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectRedis, type Redis } from '../../../src/stores/redis/connect.js';
import type {
  BookInput,
  Booking,
  Bookings,
  BookOutcome,
  LeftLock,
} from '../../../scenarios/bookings/contract.js';

/** What an operation works with. */
export interface BookingSession {
  readonly redis: Redis;
  /** The target's own connection, for what must work when the client is dead. */
  readonly target: Redis;
}

/** One way to book on Redis. */
export interface BookingStrategy extends Pick<
  Target<Bookings>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  book(session: BookingSession, input: BookInput, context: ClientContext): Promise<BookOutcome>;
}

/** The bookings of a table on a day: a list of JSON. Redis has no constraint that could decide a race. */
export function bookingsKey({ restaurant, table, date }: Omit<Booking, 'start' | 'end' | 'guests'>): string {
  return `bookings:${restaurant}/${table}/${date}`;
}

/** The lock of a table on a day. Its value begins with the process of its holder and a full stop. */
export function lockKey({ restaurant, table, date }: BookInput): string {
  return `lock:${restaurant}/${table}/${date}`;
}

/** A target from a strategy: its reset, reads and clients. */
export function bookingsOnRedis(strategy: BookingStrategy): Target<Bookings> {
  const { summary, prevents, costs, source, expectations } = strategy;
  return {
    contract: 'bookings',
    id: `redis/${strategy.strategy}`,
    ...{ summary, prevents, costs, source, expectations },
    open: (context) => openBookings(strategy, context),
  };
}

async function openBookings(
  strategy: BookingStrategy,
  context: TargetContext,
): Promise<OpenTarget<Bookings>> {
  const target = await connectRedis(context);
  const { namespace } = context.address('redis');
  return {
    setup: () => Promise.resolve(),
    reset: async ({ bookings }) => {
      const keys = await keysOf(target, namespace);
      if (keys.length > 0) await target.unlink(...keys);
      for (const booking of bookings) await target.rpush(bookingsKey(booking), JSON.stringify(booking));
    },
    read: async () => {
      const keys = await keysOf(target, namespace);
      return { bookings: await readBookings(target, keys), locks: await readLocks(target, keys) };
    },
    client: async (clientContext) => {
      const redis = await connectRedis(clientContext);
      return {
        book: (input) => strategy.book({ redis, target }, input, clientContext),
        close: () => Promise.resolve(redis.disconnect()),
      };
    },
    close: () => Promise.resolve(target.disconnect()),
  };
}

/** Every key of this run, without the prefix that each command puts before it. */
async function keysOf(redis: Redis, namespace: string): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${namespace}*`, 'COUNT', 1_000);
    found.push(...keys.map((key) => key.slice(namespace.length)));
    cursor = next;
  } while (cursor !== '0');
  return [...new Set(found)];
}

async function readBookings(redis: Redis, keys: readonly string[]): Promise<Booking[]> {
  const lists = await Promise.all(
    keys.filter((key) => key.startsWith('bookings:')).map((key) => redis.lrange(key, 0, -1)),
  );
  return lists.flat().map((text) => JSON.parse(text) as Booking);
}

async function readLocks(redis: Redis, keys: readonly string[]): Promise<LeftLock[]> {
  const locks = await Promise.all(
    keys
      .filter((key) => key.startsWith('lock:'))
      .map(async (key) => ({ key, value: await redis.get(key), leftMs: await redis.pttl(key) })),
  );
  // Without a value it has lapsed since it was listed.
  return locks.flatMap(({ key, value, leftMs }) =>
    value === null ? [] : [{ key, process: Number.parseInt(value, 10), lapses: leftMs >= 0 }],
  );
}
