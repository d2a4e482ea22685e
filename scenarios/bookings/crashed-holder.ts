import type { History } from '../../src/core/history.js';
import type { Scenario } from '../../src/core/scenario.js';
import { grouped } from '../../src/core/grouped.js';
import { inPairs } from './arrivals.js';
import { bookingCheckers } from './checkers.js';
import { bookings, type Bookings } from './contract.js';
import { clientsParameter, DINNER, freeTable, LAPSE, LOCK_TIMES, type LockTimes } from './parameters.js';
import { tally } from './tally.js';

type CrashedHolder = LockTimes & {
  readonly clients: number;
  readonly lastMs: number;
  readonly lapse: number;
};

/** Of the expiry: when the first of the others comes. */
const FIRST_COMES = 0.1;
/**
 * After the expiry, unless it is said otherwise, the last of them: half of it later. However short it is, the lock must have been
 * acquired and removed by then, on however busy a machine: else nobody books, and a strategy that gives up nothing would seem to.
 */
const LAST_COMES = 0.5;
const LAST_COMES_MS = 700;

/** How old the dead client's lock was when somebody first booked in spite of it. Nothing where it had none, or nobody did. */
export function lockAge({ operations }: Pick<History<Bookings>, 'operations'>): { lockAgeMs?: number } {
  const crashed = operations.find(({ client, status }) => client === 0 && status === 'info');
  const acquired = crashed?.notes.find(({ kind }) => kind === 'lock-acquired');
  const booked = operations.flatMap((operation) =>
    operation.status === 'ok' && operation.output.result === 'booked' ? [operation.completedNs] : [],
  );
  if (acquired === undefined || booked.length === 0) return {};
  return { lockAgeMs: Math.round((Math.min(...booked) - acquired.timeNs) / 1e6) };
}

/**
 * A client dies holding its lock, or where it has none, before it writes. Its lock keeps everybody out until it lapses: at
 * once where the server notices the lost session, after its expiry where nobody else can know.
 */
const crashedHolder: Scenario<Bookings, CrashedHolder> = {
  name: 'crashed-holder',
  contract: bookings,
  summary: 'A client dies holding its lock; the others ask until somebody can book.',
  describe: ({ clients, expiryMs }) =>
    `1 table, ${clients} clients, one dies, locks expire after ${grouped(expiryMs)} ms`,
  source: 'Gray and Cheriton, Leases, SOSP 1989: what a lease costs when its holder fails',
  parameters: {
    clients: clientsParameter(33, 2),
    ...LOCK_TIMES,
    lastMs: {
      default: ({ expiryMs = 0 }) => Math.round(expiryMs + Math.max(expiryMs * LAST_COMES, LAST_COMES_MS)),
      min: 1,
      max: 3_000_000,
      describe: 'milliseconds after which the last of the others comes',
    },
    lapse: LAPSE,
  },
  problems: ({ lastMs, expiryMs }) =>
    lastMs > expiryMs
      ? []
      : [`The last comes after ${lastMs} ms, before a lock of ${expiryMs} ms expires: nobody could book.`],
  initial: () => freeTable(),
  attempts: ({ clients, expiryMs, lastMs }) => {
    const others = inPairs(clients - 1, expiryMs * FIRST_COMES, lastMs);
    return [0, ...others].map((afterMs) => ({ f: 'book', input: DINNER, afterMs }));
  },
  faults: ({ lapse }) =>
    (['locked', 'checked'] as const).map((point) => ({
      client: 0,
      point,
      kind: 'crash',
      leases: lapse === 1 ? 'expire' : 'keep',
    })),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: bookingCheckers,
  tally: (history) => ({ ...tally(history), ...lockAge(history) }),
  // How many were refused depends on whether the target has a point at which a client can die.
  expected: () => ({ booked: 1 }),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['double-booking'] },
    mongodb: { target: 'mongodb/naive', shows: ['double-booking'] },
    redis: { target: 'redis/naive', shows: ['double-booking'] },
  },
  defaultTarget: 'postgres/advisory-lock',
  small: { clients: 3 },
};

export default crashedHolder;
