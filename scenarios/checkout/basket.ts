import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { checkoutCheckers } from './checkers.js';
import { checkout, type Checkout } from './contract.js';
import { cartProblems, equalCarts, rightTally, type EqualCarts } from './equal-carts.js';
import { tally } from './tally.js';

const PRODUCTS = [
  { id: 1, name: 'Flash Sale Smartphone' },
  { id: 2, name: 'Wireless Charger' },
  { id: 3, name: 'Protective Case' },
];

/**
 * Carts of all products, in opposite orders. A target that locks in the order of the cart deadlocks: buyer 0 holds the
 * first product and waits for the last, buyer 1 the other way round. Half of the buyers cannot be served, so a target
 * without a transaction is also caught with a cart half taken.
 */
const basket: Scenario<Checkout, EqualCarts> = {
  name: 'basket',
  contract: checkout,
  summary: 'Carts of three products in opposite orders: deadlocks and partial orders.',
  describe: ({ clients, stock, quantity }) =>
    `${PRODUCTS.length} products, ${counted(stock, 'unit')} each, ${counted(clients, 'buyer')}${quantity > 1 ? `, ${grouped(quantity)} of each` : ''}`,
  source:
    'PostgreSQL manual, Explicit Locking, Deadlocks: two transactions that update two rows in opposite orders',
  parameters: equalCarts({ clients: 4, stock: 2, quantity: 1 }, PRODUCTS.length),
  problems: cartProblems,
  initial: ({ stock }) => ({ products: PRODUCTS.map((product) => ({ ...product, stock })) }),
  attempts: ({ clients, quantity }) => {
    const forward = PRODUCTS.map(({ id }) => ({ productId: id, quantity }));
    const backward = forward.toReversed();
    return Array.from({ length: clients }, (_, buyer) => ({
      f: 'checkout',
      input: { buyer, cart: buyer % 2 === 0 ? forward : backward },
    }));
  },
  checkers: checkoutCheckers,
  tally,
  expected: (parameters) => rightTally(parameters, PRODUCTS.length),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['lost-update', 'oversold'] },
    mongodb: { target: 'mongodb/naive', shows: ['lost-update', 'oversold'] },
    redis: { target: 'redis/get-then-decr', shows: ['oversold', 'negative-stock'] },
    memory: { target: 'memory/naive', shows: ['lost-update', 'oversold'] },
  },
  defaultTarget: 'postgres/for-update',
  small: { clients: 2, stock: 1, quantity: 1, retries: 2 },
};

export default basket;
