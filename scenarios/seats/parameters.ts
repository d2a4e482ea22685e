import type { Attempt, Control, Parameter } from '../../src/core/scenario.js';
import type { Seats } from './contract.js';

/** The numbers of a trip that students want to book. Times are scaled down together; the classic ones stand behind each. */
export type SeatNumbers = {
  readonly clients: number;
  readonly seats: number;
  readonly delayMs: number;
  readonly retryMs: number;
  readonly limitMs: number;
  readonly expiryMs: number;
};

/** What can be changed on the command line, with a scenario's own numbers of students and seats. */
export function seatNumbers(defaults: {
  readonly clients: number;
  readonly seats: number;
  readonly retryMs?: number;
  readonly limitMs?: number;
}): {
  readonly [K in keyof SeatNumbers]: Parameter;
} {
  return {
    clients: { default: defaults.clients, min: 2, max: 10_000, describe: 'students, one attempt each' },
    seats: { default: defaults.seats, min: 1, max: 1_000_000, describe: 'free seats at first' },
    delayMs: {
      default: 5,
      min: 1,
      max: 60_000,
      describe: 'in memory: a booking takes up to so many milliseconds (classic: 1000)',
    },
    retryMs: {
      default: defaults.retryMs ?? 2,
      min: 1,
      max: 60_000,
      describe: 'milliseconds until a client asks for a lock again (classic: 100)',
    },
    limitMs: {
      default: defaults.limitMs ?? 200,
      min: 0,
      max: 600_000,
      describe: 'milliseconds after which it gives up and is told "locked" (classic: 10000)',
    },
    expiryMs: {
      default: 600,
      min: 1,
      max: 600_000,
      describe: 'milliseconds after which a lock may be taken over (classic: 30000)',
    },
  };
}

/** How the booking of single seats ends where everything goes right, whoever gets them. */
export function rightTally({ clients, seats }: SeatNumbers): Readonly<Record<string, number>> {
  const booked = Math.min(clients, seats);
  return { booked, 'no-seat': clients - booked, locked: 0, left: seats - booked };
}

/** One attempt of each student, each for one seat of the trip. */
export function oneSeatEach(
  { clients }: Pick<SeatNumbers, 'clients'>,
  trip: number,
): readonly Attempt<Seats>[] {
  return Array.from({ length: clients }, (_, student) => ({
    f: 'bookSeat',
    input: { trip, student, seats: 1 },
  }));
}

/** Look, then take, on each store: two who saw the same seats free both take theirs. */
export const LOOK_THEN_TAKE = {
  memory: { target: 'memory/naive', shows: ['oversold', 'negative-stock'] },
  file: { target: 'file/naive', shows: ['oversold', 'lost-update'] },
  redis: { target: 'redis/get-then-decr', shows: ['oversold', 'negative-stock'] },
  postgres: { target: 'postgres/naive', shows: ['oversold', 'lost-update'] },
} as const satisfies Readonly<Record<string, Control>>;
