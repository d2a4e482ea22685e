import type { Scenario } from '../../src/core/scenario.js';
import { grouped } from '../../src/core/grouped.js';
import { HELD_LIMIT_MS } from '../held-limit.js';
import { bookingCheckers } from './checkers.js';
import { bookings, type Bookings } from './contract.js';
import {
  clientsParameter,
  DINNER,
  endProblems,
  freeTable,
  MINUTES,
  UNHURRIED,
  type LockTimes,
} from './parameters.js';
import { tally } from './tally.js';

type TableBooking = LockTimes & {
  readonly clients: number;
  readonly attempts: number;
  readonly minutes: number;
};

/** Everybody clicks "book" at once, for the same table and time. */
const tableBooking: Scenario<Bookings, TableBooking> = {
  name: 'table-booking',
  contract: bookings,
  summary: 'Many clients book the same table for the same time, all at once.',
  describe: ({ clients, attempts }) =>
    `1 table at ${DINNER.start}, ${clients} clients${attempts === clients ? '' : `, ${grouped(attempts)} attempts`}`,
  source:
    'PostgreSQL manual, Range Types, Constraints on Ranges: "Preventing overlapping" reservations of a room',
  parameters: {
    clients: clientsParameter(100, 2),
    attempts: {
      default: ({ clients = 0 }) => clients,
      min: 2,
      max: 100_000,
      describe: 'attempts, dealt out to the clients in turn',
    },
    minutes: MINUTES,
    ...UNHURRIED,
  },
  problems: ({ minutes }) => endProblems(DINNER, minutes),
  initial: ({ minutes }) => freeTable(minutes),
  attempts: ({ attempts }) => Array.from({ length: attempts }, () => ({ f: 'book', input: DINNER })),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: bookingCheckers,
  tally,
  expected: ({ attempts }) => ({ booked: 1, refused: attempts - 1 }),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['double-booking'] },
    mongodb: { target: 'mongodb/naive', shows: ['double-booking'] },
    redis: { target: 'redis/naive', shows: ['double-booking'] },
  },
  defaultTarget: 'postgres/exclusion-constraint',
  small: { clients: 2, limitMs: HELD_LIMIT_MS },
};

export default tableBooking;
