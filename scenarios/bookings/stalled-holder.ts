import type { PointName } from '../../src/core/context.js';
import type { Scenario } from '../../src/core/scenario.js';
import { grouped } from '../../src/core/grouped.js';
import { inPairs } from './arrivals.js';
import { bookingCheckers } from './checkers.js';
import { bookings, type Bookings } from './contract.js';
import { clientsParameter, DINNER, freeTable, LAPSE, LOCK_TIMES, type LockTimes } from './parameters.js';
import { tally } from './tally.js';

type StalledHolder = LockTimes & {
  readonly clients: number;
  readonly stallMs: number;
  readonly lapse: number;
};

/** In turn, the most dangerous first: what was checked is no longer true when the holder goes on. */
const POINTS: readonly PointName[] = ['checked', 'locked', 'written', 'before-release'];

/** Shares of the time until the expiry, and from there to the end of the stall: when the others come. */
const EARLY = [0.1, 0.8] as const;
const LATE = [0.3, 0.8] as const;

/** Half of the expiry beyond it, and no less than this: enough for a booking by one of the others on a busy machine. */
const OUTLIVED = 0.5;
const OUTLIVED_MS = 600;

/** When the others come: half of them while the lock is good, half between its expiry and the end of the stall. */
function arrivalsMs({ clients, expiryMs, stallMs }: StalledHolder): number[] {
  const late = Math.ceil((clients - 1) / 2);
  const afterExpiryMs = (share: number) => expiryMs + (stallMs - expiryMs) * share;
  return [
    ...inPairs(clients - 1 - late, expiryMs * EARLY[0], expiryMs * EARLY[1]),
    ...inPairs(late, afterExpiryMs(LATE[0]), afterExpiryMs(LATE[1])),
  ];
}

/**
 * A client is held up while it holds the lock (a garbage collection, a slow disk, a suspended machine) until long after
 * the lock's expiry, and then goes on as if nothing had happened. No expiry is long enough to make that safe.
 */
const stalledHolder: Scenario<Bookings, StalledHolder> = {
  name: 'stalled-holder',
  contract: bookings,
  summary: 'A client stalls at each point in turn until its lock has expired, then goes on.',
  describe: ({ clients, expiryMs, stallMs }) =>
    `1 table, ${clients} clients, one stalls for ${grouped(stallMs)} ms, locks expire after ${grouped(expiryMs)} ms`,
  source: 'Kleppmann, How to do distributed locking, 2016: a client pauses for longer than its lease',
  parameters: {
    clients: clientsParameter(9, 2),
    ...LOCK_TIMES,
    stallMs: {
      default: ({ expiryMs = 0 }) => Math.round(expiryMs + Math.max(expiryMs * OUTLIVED, OUTLIVED_MS)),
      min: 1,
      max: 3_000_000,
      describe: 'milliseconds for which the holder is held up',
    },
    lapse: LAPSE,
  },
  problems: ({ stallMs, expiryMs }) =>
    stallMs > expiryMs
      ? []
      : [
          `A stall of ${stallMs} ms is over before a lock of ${expiryMs} ms expires: nobody could take it over.`,
        ],
  initial: () => freeTable(),
  attempts: (parameters) =>
    [0, ...arrivalsMs(parameters)].map((afterMs) => ({ f: 'book', input: DINNER, afterMs })),
  faults: ({ stallMs, lapse }, trial) => [
    {
      client: 0,
      point: POINTS[trial % POINTS.length]!,
      kind: 'stall',
      forMs: stallMs,
      leases: lapse === 1 ? 'expire' : 'keep',
    },
  ],
  slowestMs: ({ stallMs, limitMs }) => stallMs + limitMs,
  checkers: bookingCheckers,
  tally,
  expected: ({ clients }) => ({ booked: 1, refused: clients - 1 }),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['double-booking'] },
    mongodb: { target: 'mongodb/lock-per-table', shows: ['double-booking'] },
    redis: { target: 'redis/set-nx', shows: ['double-booking'] },
  },
  defaultTarget: 'postgres/advisory-lock',
  small: { clients: 2 },
};

export default stalledHolder;
