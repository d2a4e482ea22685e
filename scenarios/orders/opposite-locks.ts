import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Attempt, Scenario } from '../../src/core/scenario.js';
import { HELD_LIMIT_MS } from '../held-limit.js';
import { orderCheckers } from './checkers.js';
import { orders, type Orders } from './contract.js';
import {
  amountParameter,
  clientsParameter,
  inTurn,
  ordersOf,
  UNTIL_DEADLOCKS_END,
  WAITING,
  type Waiting,
} from './parameters.js';
import { tallyOf } from './tally.js';

type OppositeLocks = Waiting & {
  readonly clients: number;
  readonly total: number;
  readonly moved: number;
  readonly holdMs: number;
};

/** Of so many clients, every third reads. */
const READS = 3;

function readersOf({ clients }: Pick<OppositeLocks, 'clients'>): number {
  return Math.floor(clients / READS);
}

function attemptsOf({ clients, moved }: OppositeLocks): Attempt<Orders>[] {
  return Array.from({ length: clients }, (_, client) => {
    if (client % READS === READS - 1) return { f: 'readTotals', input: { orders: [1, 2] } };
    const mover = client - Math.floor(client / READS);
    const [first, second] = inTurn<readonly [number, number]>(
      [
        [1, 2],
        [2, 1],
      ],
      mover,
    );
    return { f: 'lockBoth', input: { first, second, amount: moved } };
  });
}

/**
 * Clients hold two orders at once, and ask for them in opposite orders: A, B against B, A. Each may get its first and wait for
 * the other's: a deadlock. A server that knows who waits for whom ends one of them; where the locks are documents nobody
 * knows, and all of them wait until the limit. Two phases alone prevent no deadlock: only asking in one order does.
 *
 * Meanwhile others read both orders: between the two writes of a move, their sum is not what it was.
 */
const oppositeLocks: Scenario<Orders, OppositeLocks> = {
  name: 'opposite-locks',
  contract: orders,
  summary: 'Clients hold two orders at once and ask for them in opposite orders; others read both.',
  describe: ({ clients, total }) =>
    `2 orders of ${grouped(total)}, ${counted(clients, 'client')}: ${grouped(clients - readersOf({ clients }))} hold both in opposite orders, ${grouped(readersOf({ clients }))} read both`,
  source: 'Coffman, Elphick and Shoshani, System Deadlocks, 1971: the circular wait; Jepsen tests.bank',
  parameters: {
    clients: clientsParameter(4),
    total: amountParameter(500, 'the total of each order at first'),
    moved: amountParameter(100, 'what is moved from the first order to the second'),
    holdMs: {
      default: 5,
      min: 0,
      max: 60_000,
      describe: 'milliseconds for which a client is busy after each lock, and after each write',
    },
    ...WAITING,
    ...UNTIL_DEADLOCKS_END,
  },
  initial: (parameters) => ordersOf([parameters.total, parameters.total], parameters),
  attempts: attemptsOf,
  faults: (parameters) =>
    attemptsOf(parameters).flatMap(({ f }, client) =>
      f === 'lockBoth'
        ? (['locked', 'written'] as const).map((point) => ({
            ...{ client, point, kind: 'stall', forMs: parameters.holdMs },
          }))
        : [],
    ),
  slowestMs: ({ limitMs, holdMs }) => 2 * limitMs + 4 * holdMs,
  checkers: orderCheckers,
  tally: tallyOf('moved', 'read', 'together'),
  expected: ({ clients, total }) => {
    const read = readersOf({ clients });
    return { moved: clients - read, read, together: 2 * total };
  },
  controls: {
    postgres: { target: 'postgres/for-update', shows: ['deadlock', 'lock-timeout'] },
    mongodb: { target: 'mongodb/two-phase-locking', shows: ['deadlock', 'lock-timeout'] },
  },
  defaultTarget: 'postgres/for-update-ordered',
  small: { clients: 2, retries: 2, limitMs: HELD_LIMIT_MS },
};

export default oppositeLocks;
