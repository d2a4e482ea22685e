import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { checkoutCheckers } from './checkers.js';
import { checkout, type Checkout } from './contract.js';
import { cartProblems, equalCarts, rightTally, type EqualCarts } from './equal-carts.js';
import { tally } from './tally.js';

const PHONE = { id: 1, name: 'Flash Sale Smartphone' };

const sale = equalCarts({ clients: 33, stock: 20, quantity: 1 });

/** More buyers than units of one product, all at once. */
const flashSale: Scenario<Checkout, EqualCarts> = {
  name: 'flash-sale',
  contract: checkout,
  summary: 'More buyers than units of one product, all at once.',
  describe: ({ clients, stock, quantity }) =>
    `${counted(stock, 'unit')}, ${counted(clients, 'buyer')}${quantity > 1 ? `, ${grouped(quantity)} each` : ''}`,
  source:
    'Warszawski and Bailis, ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications, SIGMOD 2017, the inventory attack',
  // One alone can be asked for: how long a checkout takes with nobody in its way. No such run holds, since nothing could race.
  parameters: { ...sale, clients: { ...sale.clients, min: 1 } },
  problems: cartProblems,
  initial: ({ stock }) => ({ products: [{ ...PHONE, stock }] }),
  attempts: ({ clients, quantity }) =>
    Array.from({ length: clients }, (_, buyer) => ({
      f: 'checkout',
      input: { buyer, cart: [{ productId: PHONE.id, quantity }] },
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

export default flashSale;
