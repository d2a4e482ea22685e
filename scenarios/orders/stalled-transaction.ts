import type { PointName } from '../../src/core/context.js';
import type { Scenario } from '../../src/core/scenario.js';
import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import { orderCheckers } from './checkers.js';
import { orders, type Orders } from './contract.js';
import { amountParameter, clientsParameter, limitMs, ordersOf, WAITING, type Waiting } from './parameters.js';
import { tallyOf } from './tally.js';

type StalledTransaction = Waiting & {
  readonly clients: number;
  readonly total: number;
  readonly first: number;
  readonly second: number;
  readonly stallMs: number;
  readonly lapse: number;
};

/** In turn, the most dangerous first: what was read is no longer true when the holder goes on. */
const POINTS: readonly PointName[] = ['checked', 'locked', 'written', 'before-release'];

/**
 * Beyond the expiry, the stall lasts a fifth of it, and no less than this: three requests of the others, on however busy a
 * machine, must be over before the first one goes on.
 */
const OUTLIVED = 0.2;
const OUTLIVED_MS = 300;
/** Of the time from the expiry to the end of the stall: then the others come. */
const OTHERS_COME = 0.25;

function othersComeMs({ expiryMs, stallMs }: Pick<StalledTransaction, 'expiryMs' | 'stallMs'>): number {
  return expiryMs + (stallMs - expiryMs) * OTHERS_COME;
}

/**
 * One member of staff adds to the total of an order, and is held up in the midst of it for longer than a lock lives. Then
 * others come, all at once, get the lock, and change the order. The first goes on as if nothing had happened, and what it
 * writes follows from a total that is long gone. The expiry that frees an order from the dead is what breaks the lock of the
 * slow: that a lock is held does not say that it is still held.
 */
const stalledTransaction: Scenario<Orders, StalledTransaction> = {
  name: 'stalled-transaction',
  contract: orders,
  summary: 'A client stalls at each point in turn until its lock has expired, then goes on.',
  describe: ({ clients, total, expiryMs, stallMs }) =>
    `1 order of ${grouped(total)}, ${counted(clients, 'client')}, one stalls for ${grouped(stallMs)} ms, locks expire after ${grouped(expiryMs)} ms`,
  source: 'Kleppmann, How to do distributed locking, 2016: a client pauses for longer than its lease',
  parameters: {
    clients: { ...clientsParameter(5), min: 3 },
    total: amountParameter(500, 'the total at first'),
    first: amountParameter(100, 'what the stalled client adds'),
    second: amountParameter(50, 'what each of the others adds'),
    ...WAITING,
    // Who waits for the stalled one does so until it goes on, on however busy a machine.
    limitMs: limitMs(2_000),
    // As often as it takes to outlast the stall: the bound is not what is measured.
    retries: { ...WAITING.retries, default: 10_000 },
    stallMs: {
      default: ({ expiryMs = 0 }) => Math.round(expiryMs + Math.max(expiryMs * OUTLIVED, OUTLIVED_MS)),
      min: 1,
      max: 3_000_000,
      describe: 'milliseconds for which the holder is held up',
    },
    lapse: {
      default: 1,
      min: 0,
      max: 1,
      describe: 'whether the lock lapses on time (1) or when the store removes it (0)',
    },
  },
  problems: ({ stallMs, expiryMs, limitMs }) => [
    ...(stallMs > expiryMs
      ? []
      : [
          `A stall of ${stallMs} ms is over before a lock of ${expiryMs} ms expires: nobody could take it over.`,
        ]),
    ...(stallMs - othersComeMs({ expiryMs, stallMs }) < limitMs
      ? []
      : [
          `expected a limit above ${stallMs - othersComeMs({ expiryMs, stallMs })} ms, got ${limitMs}: who waits for the stalled client would give up before it goes on`,
        ]),
  ],
  initial: (parameters) => ordersOf([parameters.total], parameters),
  attempts: ({ clients, first, second, ...times }) =>
    Array.from({ length: clients }, (_, client) => ({
      f: 'addToTotal',
      input: { order: 1, amount: client === 0 ? first : second, readFirst: false },
      afterMs: client === 0 ? 0 : othersComeMs(times),
    })),
  faults: ({ stallMs, lapse }, trial) => [
    {
      client: 0,
      point: POINTS[trial % POINTS.length]!,
      kind: 'stall',
      forMs: stallMs,
      leases: lapse === 1 ? 'expire' : 'keep',
    },
  ],
  // One that starts over is held up again.
  slowestMs: ({ stallMs, limitMs }) => 2 * stallMs + limitMs,
  checkers: orderCheckers,
  tally: tallyOf('updated', 'total'),
  expected: ({ clients, total, first, second }) => ({
    updated: clients,
    total: total + first + (clients - 1) * second,
  }),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['lost-update'] },
    mongodb: { target: 'mongodb/two-phase-locking', shows: ['lost-update'] },
  },
  defaultTarget: 'postgres/for-update',
  small: { clients: 3 },
};

export default stalledTransaction;
