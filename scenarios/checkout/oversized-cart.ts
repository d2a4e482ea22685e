import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { checkoutCheckers } from './checkers.js';
import { checkout, type Checkout } from './contract.js';
import { cartProblems, equalCarts, rightTally, type EqualCarts } from './equal-carts.js';
import { tally } from './tally.js';

const CONSOLE = { id: 1, name: 'Game Console Bundle' };

/**
 * Carts of several units that do not divide the stock: the last units cannot be sold, and a refusal is right though
 * something is left. It catches a target that takes what there is, or that looks for one unit and takes three.
 */
const oversizedCart: Scenario<Checkout, EqualCarts> = {
  name: 'oversized-cart',
  contract: checkout,
  summary: 'Carts of several units, so that the last units fit nobody.',
  describe: ({ clients, stock, quantity }) =>
    `${counted(stock, 'unit')}, ${counted(clients, 'buyer')}, ${grouped(quantity)} each`,
  source:
    'Warszawski and Bailis, ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications, SIGMOD 2017, the inventory attack, with quantities',
  parameters: equalCarts({ clients: 9, stock: 20, quantity: 3 }),
  problems: cartProblems,
  initial: ({ stock }) => ({ products: [{ ...CONSOLE, stock }] }),
  attempts: ({ clients, quantity }) =>
    Array.from({ length: clients }, (_, buyer) => ({
      f: 'checkout',
      input: { buyer, cart: [{ productId: CONSOLE.id, quantity }] },
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
  small: { clients: 2, stock: 3, quantity: 2, retries: 2 },
};

export default oversizedCart;
