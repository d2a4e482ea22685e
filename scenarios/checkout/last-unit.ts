import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { checkoutCheckers } from './checkers.js';
import { checkout, type Checkout } from './contract.js';
import { cartProblems, equalCarts, rightTally, type EqualCarts } from './equal-carts.js';
import { tally } from './tally.js';

const TICKET = { id: 1, name: 'Front Row Ticket' };

/** Two buyers and one unit: the smallest race there is. Its trials are short, so a rare one is found by many of them. */
const lastUnit: Scenario<Checkout, EqualCarts> = {
  name: 'last-unit',
  contract: checkout,
  summary: 'Two buyers want the last unit.',
  describe: ({ clients, stock }) => `${counted(stock, 'unit')}, ${counted(clients, 'buyer')}`,
  source:
    'Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995, P4 lost update, on the last unit of a stock',
  parameters: equalCarts({ clients: 2, stock: 1, quantity: 1 }),
  problems: cartProblems,
  initial: ({ stock }) => ({ products: [{ ...TICKET, stock }] }),
  attempts: ({ clients, quantity }) =>
    Array.from({ length: clients }, (_, buyer) => ({
      f: 'checkout',
      input: { buyer, cart: [{ productId: TICKET.id, quantity }] },
    })),
  checkers: checkoutCheckers,
  tally,
  expected: (parameters) => rightTally(parameters),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['lost-update', 'oversold'] },
    mongodb: { target: 'mongodb/naive', shows: ['lost-update', 'oversold'] },
    redis: { target: 'redis/get-then-decr', shows: ['oversold', 'negative-stock'] },
    memory: { target: 'memory/naive', shows: ['lost-update', 'oversold'] },
  },
  defaultTarget: 'postgres/for-update',
  small: { clients: 2, stock: 1, quantity: 1, retries: 2 },
};

export default lastUnit;
