import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { Target } from '../../../src/core/target.js';
import type {
  AbandonedLock,
  SeatBooking,
  SeatOutcome,
  SeatRequest,
  Seats,
  Trip,
} from '../../../scenarios/seats/contract.js';
import { BOOKED, NO_SEAT, tripOf } from '../booking.js';

/** What stands in the file. */
interface Tracker {
  readonly trips: readonly Trip[];
  readonly bookings: SeatBooking[];
}

/** One way to book seats that stand in a JSON file. */
export interface FileStrategy extends Pick<
  Target<Seats>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations' | 'acrossProcesses'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Called once in each process, with the path of the JSON file. */
  readonly start: (file: string) => {
    /** How one client books. */
    readonly client: (context: ClientContext) => (request: SeatRequest) => Promise<SeatOutcome>;
    /** Leaves a lock behind as a client does that dies. Default: no lock outlives its holder. */
    readonly abandonLock?: (lock: AbandonedLock, context: TargetContext) => Promise<void>;
  };
}

/** A target from a strategy. */
export function seatsInFile({ strategy, start, ...about }: FileStrategy): Target<Seats> {
  return {
    contract: 'seats',
    id: `file/${strategy}`,
    ...about,
    open: (context) => {
      const folder = context.address('file').namespace;
      const file = path.join(folder, 'trips.json');
      const { client, abandonLock } = start(file);
      return {
        setup: () => Promise.resolve(),
        reset: async ({ trips, abandonedLocks }) => {
          for (const left of await readdir(folder))
            await rm(path.join(folder, left), { recursive: true, force: true });
          await replace(file, { trips, bookings: [] }, 'reset');
          for (const lock of abandonedLocks) await abandonLock?.(lock, context);
        },
        client: (clientContext) =>
          Promise.resolve({ bookSeat: client(clientContext), close: () => Promise.resolve() }),
        read: async () => {
          const { trips, bookings } = await readTracker(file);
          return { trips: trips.map(({ id, seats }) => ({ id, seats })), bookings };
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

/**
 * Reads the file, decides, and writes all of it anew: right only if nobody else writes in between.
 *
 * The file is replaced whole, by a rename, so that nobody ever reads half of one: what is lost is an update, not the file.
 */
export async function readDecideWrite(
  file: string,
  request: SeatRequest,
  context: ClientContext,
): Promise<SeatOutcome> {
  return takeFrom(await readTracker(file), file, request, context);
}

/** The second half of it, for what was read before. */
export async function takeFrom(
  { trips, bookings }: Tracker,
  file: string,
  { trip: id, student, seats }: SeatRequest,
  context: ClientContext,
): Promise<SeatOutcome> {
  const trip = tripOf(trips, id);
  context.note('read', { trip: id, seats: trip.seats });
  if (trip.seats < seats) return NO_SEAT;
  await context.point('checked');
  const left = trip.seats - seats;
  const changed = {
    trips: trips.map((one) => (one === trip ? { ...trip, seats: left } : one)),
    bookings: [...bookings, { trip: id, student, seats }],
  };
  await replace(file, changed, `${context.client}-${context.process}`);
  context.note('write', { trip: id, seats: left });
  await context.point('written');
  return BOOKED;
}

export async function readTracker(file: string): Promise<Tracker> {
  return JSON.parse(await readFile(file, 'utf8')) as Tracker;
}

async function replace(file: string, tracker: Tracker, writer: string): Promise<void> {
  const whole = `${file}.${writer}`;
  await writeFile(whole, JSON.stringify(tracker));
  await rename(whole, file);
}
