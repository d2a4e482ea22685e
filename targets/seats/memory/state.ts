import type { ClientContext } from '../../../src/core/context.js';
import type { Target } from '../../../src/core/target.js';
import type {
  SeatBooking,
  SeatOutcome,
  SeatRequest,
  Seats,
  Trip,
} from '../../../scenarios/seats/contract.js';
import { BOOKED, NO_SEAT, tripOf } from '../booking.js';

/** The state of one open target, in the memory of its process. */
export class Tracker {
  readonly trips: readonly Trip[];
  readonly bookings: SeatBooking[] = [];

  constructor(trips: readonly Trip[]) {
    this.trips = trips.map((trip) => ({ ...trip }));
  }
}

/** One way to book seats in memory. */
export interface MemoryStrategy extends Pick<
  Target<Seats>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Called before each trial, as if the process were started again: no lock in memory outlives it. */
  readonly start: (tracker: Tracker) => BookSeat;
}

type BookSeat = (request: SeatRequest, context: ClientContext) => Promise<SeatOutcome>;

/** A target from a strategy. */
export function seatsInMemory({ strategy, start, ...about }: MemoryStrategy): Target<Seats> {
  return {
    contract: 'seats',
    id: `memory/${strategy}`,
    ...about,
    open: () => {
      let tracker = new Tracker([]);
      let bookSeat = start(tracker);
      return {
        setup: () => Promise.resolve(),
        reset: ({ trips }) => {
          tracker = new Tracker(trips);
          bookSeat = start(tracker);
          return Promise.resolve();
        },
        client: (context) =>
          Promise.resolve({
            bookSeat: (request) => bookSeat(request, context),
            close: () => Promise.resolve(),
          }),
        read: () =>
          Promise.resolve({
            trips: tracker.trips.map(({ id, seats }) => ({ id, seats })),
            bookings: [...tracker.bookings],
          }),
        close: () => Promise.resolve(),
      };
    },
  };
}

/** The time that a booking takes: anything up to `delayMs`. At this `await` another client may go. */
export function busy(context: ClientContext): Promise<void> {
  return context.sleep(context.random() * (context.parameters.delayMs ?? 5));
}

/** Looks for seats, waits for something else, and takes them: right only if nobody else comes in between. */
export async function checkWaitTake(
  tracker: Tracker,
  request: SeatRequest,
  context: ClientContext,
): Promise<SeatOutcome> {
  const trip = findTrip(tracker, request, context);
  if (trip.seats < request.seats) return NO_SEAT;
  await context.point('checked');
  await busy(context);
  return takeSeats(tracker, trip, request, context);
}

/** The trip, with a note of the seats that it has. */
export function findTrip(tracker: Tracker, { trip: id }: SeatRequest, context: ClientContext): Trip {
  const trip = tripOf(tracker.trips, id);
  context.note('read', { trip: id, seats: trip.seats });
  return trip;
}

/** Takes the seats off what is there now, whatever was seen before. */
export function takeSeats(
  tracker: Tracker,
  trip: Trip,
  { student, seats }: SeatRequest,
  context: ClientContext,
): SeatOutcome {
  trip.seats -= seats;
  context.note('write', { trip: trip.id, seats: trip.seats, by: -seats });
  tracker.bookings.push({ student, trip: trip.id, seats });
  return BOOKED;
}
