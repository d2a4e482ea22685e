import type { Scenario } from '../../src/core/scenario.js';
import { orderCheckers } from './checkers.js';
import { orders, type Orders } from './contract.js';
import { amountParameter, clientsParameter, inTurn, ordersOf, WAITING, type Waiting } from './parameters.js';
import { tallyOf } from './tally.js';

type SharedThenExclusive = Waiting & {
  readonly clients: number;
  readonly total: number;
  readonly first: number;
  readonly second: number;
};

function amountsOf({ clients, first, second }: SharedThenExclusive): number[] {
  return Array.from({ length: clients }, (_, client) => inTurn([first, second], client));
}

/**
 * Two clients look at one order before they decide to change it. Both may have the lock of a reader at once; each then asks for
 * the lock of a writer, and waits until the other lets go of the reader's, which in two phases nobody does before the end. One
 * resource is enough for this deadlock, and no order of asking prevents it: who may write has to ask for that at once.
 */
const sharedThenExclusive: Scenario<Orders, SharedThenExclusive> = {
  name: 'shared-then-exclusive',
  contract: orders,
  summary: 'Several clients look at one order under a lock for readers, then all want to change it.',
  describe: ({ clients, total, first, second }) =>
    `1 order of ${total}, ${clients} clients look at it and then add ${first} and ${second}`,
  source:
    'Gray and Reuter, Transaction Processing, 1993: the conversion deadlock, and update locks against it',
  parameters: {
    clients: clientsParameter(2),
    total: amountParameter(500, 'the total at first'),
    first: amountParameter(100, 'what the first client adds, and every other one'),
    second: amountParameter(50, 'what the second client adds, and every other one'),
    ...WAITING,
  },
  initial: (parameters) => ordersOf([parameters.total], parameters),
  attempts: (parameters) =>
    amountsOf(parameters).map((amount) => ({
      f: 'addToTotal',
      input: { order: 1, amount, readFirst: true },
    })),
  slowestMs: ({ limitMs }) => 2 * limitMs,
  checkers: orderCheckers,
  tally: tallyOf('updated', 'total'),
  expected: (parameters) => ({
    updated: parameters.clients,
    total: amountsOf(parameters).reduce((sum, amount) => sum + amount, parameters.total),
  }),
  controls: {
    postgres: { target: 'postgres/for-update', shows: ['deadlock', 'lock-timeout'] },
    mongodb: { target: 'mongodb/two-phase-locking', shows: ['deadlock', 'lock-timeout'] },
  },
  defaultTarget: 'postgres/for-update-ordered',
  small: { clients: 2 },
};

export default sharedThenExclusive;
