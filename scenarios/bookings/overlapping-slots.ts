import type { Scenario } from '../../src/core/scenario.js';
import { HELD_LIMIT_MS } from '../held-limit.js';
import { bookingCheckers } from './checkers.js';
import { bookings, type BookInput, type Bookings } from './contract.js';
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
import { endOf } from './times.js';

type OverlappingSlots = LockTimes & {
  readonly clients: number;
  readonly minutes: number;
  readonly starts: number;
  readonly stepMinutes: number;
};

/** The table from each of several starts, dealt out in turn: none is the same as the next, and yet they overlap. */
function inputs({ clients, starts, stepMinutes }: OverlappingSlots): BookInput[] {
  return Array.from({ length: clients }, (_, client) => ({
    ...DINNER,
    start: endOf(DINNER.start, (client % starts) * stepMinutes),
  }));
}

/** A lock or an index on table and start lets all of them through: what is unique is the start, and not the time. */
const overlappingSlots: Scenario<Bookings, OverlappingSlots> = {
  name: 'overlapping-slots',
  contract: bookings,
  summary: 'A table is booked for times that begin differently and overlap.',
  describe: (parameters) => {
    const starts = inputs({ ...parameters, clients: parameters.starts }).map(({ start }) => start);
    return `1 table at ${starts.join(', ')} for ${parameters.minutes} minutes, ${parameters.clients} clients`;
  },
  source: 'PostgreSQL manual, Exclusion Constraints: why UNIQUE is unsuitable for ranges',
  parameters: {
    clients: clientsParameter(9, 2),
    minutes: MINUTES,
    starts: { default: 3, min: 1, max: 12, describe: 'different starts' },
    stepMinutes: { default: 30, min: 1, max: 1440, describe: 'minutes from one start to the next' },
    ...UNHURRIED,
  },
  problems: (parameters) => {
    const { minutes, starts, stepMinutes } = parameters;
    const [last] = inputs({ ...parameters, clients: starts }).slice(-1);
    const apart =
      starts > 1 && stepMinutes >= minutes
        ? [`Bookings of ${minutes} minutes every ${stepMinutes} minutes do not overlap.`]
        : [];
    return [...apart, ...(last ? endProblems(last, minutes) : [])];
  },
  initial: ({ minutes }) => freeTable(minutes),
  attempts: (parameters) => inputs(parameters).map((input) => ({ f: 'book', input })),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: bookingCheckers,
  tally,
  // Where the first and the last slot do not overlap, it depends on who comes first how many fit.
  expected: ({ clients, starts, stepMinutes, minutes }): Readonly<Record<string, number>> =>
    (starts - 1) * stepMinutes < minutes ? { booked: 1, refused: clients - 1 } : {},
  controls: {
    postgres: { target: 'postgres/naive', shows: ['double-booking'] },
    mongodb: { target: 'mongodb/lock-document', shows: ['double-booking'] },
    redis: { target: 'redis/naive', shows: ['double-booking'] },
  },
  defaultTarget: 'postgres/exclusion-constraint',
  small: { clients: 2, limitMs: HELD_LIMIT_MS },
};

export default overlappingSlots;
