import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectRedis, type Redis, type Script } from '../../../src/stores/redis/connect.js';
import type {
  AbandonedLock,
  SeatBooking,
  SeatOutcome,
  SeatRequest,
  Seats,
} from '../../../scenarios/seats/contract.js';
import { BOOKED, NO_SEAT } from '../booking.js';

/** One way to book seats on Redis. */
export interface RedisStrategy extends Pick<
  Target<Seats>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations' | 'acrossProcesses'
> {
  /** The file's name. */
  readonly strategy: string;
  readonly scripts?: readonly Script[];
  /** Called once in each process, with a connection that is no client's. */
  readonly start: (own: Redis) => {
    readonly bookSeat: (redis: Redis, request: SeatRequest, context: ClientContext) => Promise<SeatOutcome>;
    /** Leaves a lock behind as a client does that dies. Default: no lock outlives its holder. */
    readonly abandonLock?: (lock: AbandonedLock) => Promise<void>;
  };
}

/** The free seats of a trip: a number. */
export const seatsKey = (trip: number): string => `seats:${trip}`;
export const lockKey = (trip: number): string => `lock:${trip}`;
/** A list of JSON texts. */
export const BOOKINGS = 'bookings';
/** A set of the trips' numbers. */
const TRIPS = 'trips';

/** A target from a strategy. */
export function seatsOnRedis({ strategy, scripts = [], start, ...about }: RedisStrategy): Target<Seats> {
  return {
    contract: 'seats',
    id: `redis/${strategy}`,
    ...about,
    open: (context) => openSeats(start, scripts, context),
  };
}

async function openSeats(
  start: RedisStrategy['start'],
  scripts: readonly Script[],
  context: TargetContext,
): Promise<OpenTarget<Seats>> {
  const own = await connectRedis(context);
  const { bookSeat, abandonLock } = start(own);
  return {
    setup: () => Promise.resolve(),
    reset: async ({ trips, abandonedLocks }) => {
      const before = await own.smembers(TRIPS);
      const old = before.flatMap((id) => [seatsKey(Number(id)), lockKey(Number(id))]);
      const reset = own.multi().del(TRIPS, BOOKINGS, ...old);
      for (const { id, seats } of trips) reset.sadd(TRIPS, id).set(seatsKey(id), seats);
      await reset.exec();
      for (const lock of abandonedLocks) await abandonLock?.(lock);
    },
    client: async (clientContext) => {
      const redis = await connectRedis(clientContext);
      for (const script of scripts) await script.load(redis);
      return {
        bookSeat: (request) => bookSeat(redis, request, clientContext),
        close: () => {
          redis.disconnect();
          return Promise.resolve();
        },
      };
    },
    read: async () => {
      const ids = (await own.smembers(TRIPS)).map(Number);
      const trips = await Promise.all(ids.map(async (id) => ({ id, seats: await freeSeats(own, id) })));
      const bookings = await own.lrange(BOOKINGS, 0, -1);
      return { trips, bookings: bookings.map((text) => JSON.parse(text) as SeatBooking) };
    },
    close: () => {
      own.disconnect();
      return Promise.resolve();
    },
  };
}

async function freeSeats(redis: Redis, trip: number): Promise<number> {
  const seats = await redis.get(seatsKey(trip));
  if (seats === null) throw new TypeError(`There is no trip ${trip}.`);
  return Number(seats);
}

/** The seats that are free at that moment. */
export async function readSeats(redis: Redis, context: ClientContext, trip: number): Promise<number> {
  const seats = await freeSeats(redis, trip);
  context.note('read', { trip, seats });
  return seats;
}

/** Reads, decides, and sets the number that follows: right only if nobody else comes in between. */
export async function readDecideSet(
  redis: Redis,
  context: ClientContext,
  request: SeatRequest,
): Promise<SeatOutcome> {
  const { trip, seats } = request;
  const free = await readSeats(redis, context, trip);
  if (free < seats) return NO_SEAT;
  await context.point('checked');
  await redis.set(seatsKey(trip), free - seats);
  context.note('write', { trip, seats: free - seats });
  await context.point('written');
  await storeBooking(redis, request);
  return BOOKED;
}

export async function storeBooking(redis: Redis, request: SeatRequest): Promise<void> {
  await redis.rpush(BOOKINGS, bookingText(request));
}

export function bookingText({ student, trip, seats }: SeatRequest): string {
  return JSON.stringify({ student, trip, seats });
}
