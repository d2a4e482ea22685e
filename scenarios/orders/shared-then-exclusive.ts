import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Fault, Scenario } from '../../src/core/scenario.js';
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

type SharedThenExclusive = Waiting & {
  readonly clients: number;
  readonly total: number;
  readonly first: number;
  readonly second: number;
  readonly decideMs: number;
};

/**
 * Of the time to decide: who looks whether a lock is free and then creates it is held up in between so long, once it is the
 * second, that the first has decided meanwhile and found nobody in its way either. Where that is one step nobody is held up.
 *
 * The first decides, takes the writer's lock with three requests more than the second makes, and has it until it has decided
 * again. So the second comes between those if three requests take less than 0.75 of the time to decide: 90 of 120 ms. With
 * half of 20 ms a store that needed 4 ms for a request was never caught.
 */
const BETWEEN_LOOK_AND_LOCK = 1.75;

/** Of so many clients, every third only looks. */
const LOOKS = 3;

/** What each client adds; null for one who only looks. */
function amountsOf({ clients, first, second }: SharedThenExclusive): (number | null)[] {
  return Array.from({ length: clients }, (_, client) =>
    client % LOOKS === LOOKS - 1 ? null : inTurn([first, second], client - Math.floor(client / LOOKS)),
  );
}

function stallsOf(client: number, { decideMs }: SharedThenExclusive): Fault[] {
  const decides: Fault = { client, point: 'checked', kind: 'stall', forMs: decideMs };
  const forMs = decideMs * BETWEEN_LOOK_AND_LOCK;
  return client === 1 ? [decides, { client, point: 'looked', kind: 'stall', forMs }] : [decides];
}

/**
 * Two clients look at one order before they decide to change it. Both may have the lock of a reader at once; each then asks for
 * the lock of a writer, and waits until the other lets go of the reader's, which in two phases nobody does before the end. One
 * resource is enough for this deadlock, and no order of asking prevents it: who may write has to ask for that at once.
 * A third one only looks, and is in nobody's way.
 */
const sharedThenExclusive: Scenario<Orders, SharedThenExclusive> = {
  name: 'shared-then-exclusive',
  contract: orders,
  summary: 'Several clients look at one order under a lock for readers, then all want to change it.',
  describe: ({ clients, total, first, second }) =>
    `1 order of ${grouped(total)}, ${counted(clients, 'client')} look at it, ${grouped(clients - Math.floor(clients / LOOKS))} then add ${grouped(first)} and ${grouped(second)}`,
  source:
    'Gray and Reuter, Transaction Processing, 1993: the conversion deadlock, and update locks against it',
  parameters: {
    clients: clientsParameter(3),
    total: amountParameter(500, 'the total at first'),
    first: amountParameter(100, 'what the first client adds, and every other one'),
    second: amountParameter(50, 'what the second client adds, and every other one'),
    decideMs: {
      default: 120,
      min: 0,
      max: 60_000,
      describe: 'milliseconds that a client takes to decide, after its look and before its change',
    },
    ...WAITING,
    ...UNTIL_DEADLOCKS_END,
  },
  initial: (parameters) => ordersOf([parameters.total], parameters),
  attempts: (parameters) =>
    amountsOf(parameters).map((amount) =>
      amount === null
        ? { f: 'readTotals', input: { orders: [1] } }
        : { f: 'addToTotal', input: { order: 1, amount, readFirst: true } },
    ),
  faults: (parameters) =>
    amountsOf(parameters).flatMap((amount, client) => (amount === null ? [] : stallsOf(client, parameters))),
  slowestMs: ({ limitMs, decideMs }) => limitMs + 6 * decideMs,
  checkers: orderCheckers,
  tally: tallyOf('updated', 'read', 'total'),
  expected: (parameters) => {
    const amounts = amountsOf(parameters).filter((amount) => amount !== null);
    return {
      updated: amounts.length,
      read: parameters.clients - amounts.length,
      total: amounts.reduce((sum, amount) => sum + amount, parameters.total),
    };
  },
  controls: {
    postgres: { target: 'postgres/for-update', shows: ['deadlock', 'lock-timeout'] },
    mongodb: { target: 'mongodb/two-phase-locking', shows: ['deadlock', 'lock-timeout'] },
  },
  defaultTarget: 'postgres/for-update-ordered',
  small: { clients: 2, retries: 2, limitMs: HELD_LIMIT_MS },
};

export default sharedThenExclusive;
