import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { HELD_LIMIT_MS } from '../held-limit.js';
import { orderCheckers } from './checkers.js';
import { orders, type Orders } from './contract.js';
import {
  amountParameter,
  clientsParameter,
  inTurn,
  ordersOf,
  UNHURRIED,
  WAITING,
  type Waiting,
} from './parameters.js';
import { tallyOf } from './tally.js';

type OrderUpdate = Waiting & {
  readonly clients: number;
  readonly total: number;
  readonly first: number;
  readonly second: number;
};

function amountsOf({ clients, first, second }: OrderUpdate): number[] {
  return Array.from({ length: clients }, (_, client) => inTurn([first, second], client));
}

/** Two members of staff add to the total of one order. Whoever reads before the other writes takes the other's addition away. */
const orderUpdate: Scenario<Orders, OrderUpdate> = {
  name: 'order-update',
  contract: orders,
  summary: 'Several clients add to the total of one order at once.',
  describe: ({ clients, total, first, second }) =>
    `1 order of ${grouped(total)}, ${counted(clients, 'client')} add ${grouped(first)} and ${grouped(second)}`,
  source: 'Gray and Reuter, Transaction Processing, 1993, the lost update',
  parameters: {
    clients: clientsParameter(2),
    total: amountParameter(500, 'the total at first'),
    first: amountParameter(100, 'what the first client adds, and every other one'),
    second: amountParameter(50, 'what the second client adds, and every other one'),
    ...WAITING,
    ...UNHURRIED,
  },
  initial: (parameters) => ordersOf([parameters.total], parameters),
  attempts: (parameters) =>
    amountsOf(parameters).map((amount) => ({
      f: 'addToTotal',
      input: { order: 1, amount, readFirst: false },
    })),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: orderCheckers,
  tally: tallyOf('updated', 'total'),
  expected: (parameters) => ({
    updated: parameters.clients,
    total: amountsOf(parameters).reduce((sum, amount) => sum + amount, parameters.total),
  }),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['lost-update'] },
    mongodb: { target: 'mongodb/naive', shows: ['lost-update'] },
  },
  defaultTarget: 'postgres/for-update',
  small: { clients: 2, retries: 2, limitMs: HELD_LIMIT_MS },
};

export default orderUpdate;
