import type { Scenario } from '../../src/core/scenario.js';
import { grouped } from '../../src/core/grouped.js';
import { bookingCheckers } from './checkers.js';
import { bookings, USUAL_MINUTES, type Bookings } from './contract.js';
import {
  clientsParameter,
  DINNER,
  freeTable,
  LAPSE,
  limitMs,
  LOCK_TIMES,
  type LockTimes,
} from './parameters.js';
import { tally } from './tally.js';
import { endOf } from './times.js';

type StaleRelease = LockTimes & { readonly clients: number; readonly lapse: number };

/** Right after the first one, so that both can be had. */
const LATER = { ...DINNER, start: endOf(DINNER.start, USUAL_MINUTES) };

/**
 * Shares of the expiry. The first has the lock until 1, and lets go of it at 1.65, when it is no longer its own; the second
 * comes at 1.5 and books at 2, halfway through its own lease; the third asks in between, at 1.75.
 *
 * What decides whether a safe target is late has half an expiry of room: that the first was slow to get the lock and the
 * second found it there, or that the second was slow under its own. Whether a trial catches an unsafe one needs less, for one
 * of many suffices.
 */
const FIRST_STALLS = 1.65;
const SECOND_COMES = 1.5;
const SECOND_STALLS = 0.5;
const THIRD_COMES = 1.75;

/** Who waits for the lock does so until the stalled one lets go of it, on however busy a machine. */
const SHORTEST_LIMIT_MS = 2_000;

/**
 * A client that was held up lets go of a lock that another holds by then. Whoever deletes the lock without comparing lets a
 * third one in beside the second. The first is done with its own slot and harms nobody by that.
 */
const staleRelease: Scenario<Bookings, StaleRelease> = {
  name: 'stale-release',
  contract: bookings,
  summary: 'A client lets go of a lock after it has expired and another holds it; a third comes.',
  describe: ({ expiryMs }) =>
    `1 table at ${DINNER.start} and ${LATER.start}, 3 clients, locks expire after ${grouped(expiryMs)} ms`,
  source: 'Redis manual, SET, Patterns: "delete the key only if it has the expected value"',
  parameters: {
    clients: clientsParameter(3, 3, 3),
    ...LOCK_TIMES,
    limitMs: limitMs(SHORTEST_LIMIT_MS),
    lapse: LAPSE,
  },
  initial: () => freeTable(),
  attempts: ({ expiryMs }) => [
    { f: 'book', input: DINNER },
    { f: 'book', input: LATER, afterMs: expiryMs * SECOND_COMES },
    { f: 'book', input: LATER, afterMs: expiryMs * THIRD_COMES },
  ],
  faults: ({ expiryMs, lapse }) => [
    {
      client: 0,
      point: 'before-release',
      kind: 'stall',
      forMs: expiryMs * FIRST_STALLS,
      leases: lapse === 1 ? 'expire' : 'keep',
    },
    { client: 1, point: 'checked', kind: 'stall', forMs: expiryMs * SECOND_STALLS },
  ],
  slowestMs: ({ expiryMs, limitMs }) => expiryMs * FIRST_STALLS + limitMs,
  checkers: bookingCheckers,
  tally,
  expected: () => ({ booked: 2, refused: 1 }),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['double-booking'] },
    mongodb: { target: 'mongodb/naive', shows: ['double-booking'] },
    redis: { target: 'redis/set-nx-unowned', shows: ['two-holders'] },
  },
  defaultTarget: 'postgres/advisory-lock',
  small: { clients: 3 },
};

export default staleRelease;
