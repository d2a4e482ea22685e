import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { HELD_LIMIT_MS } from '../held-limit.js';
import { orderCheckers } from './checkers.js';
import { orders, type Orders } from './contract.js';
import { clientsParameter, WAITING, type Waiting } from './parameters.js';
import { tallyOf } from './tally.js';

type DiscountedOrders = Waiting & {
  readonly clients: number;
  readonly limit: number;
  readonly customers: number;
};

const DISCOUNT = 'D1';
const ITEMS = [{ product: 'Wedding Cake', quantity: 1 }];

/**
 * New orders at once, all with one discount, for customers of whom several orders come together and whom nobody knows yet.
 * Two who look for a customer and find none both create one; two who read the same usage count both write the same.
 */
const discountedOrders: Scenario<Orders, DiscountedOrders> = {
  name: 'discounted-orders',
  contract: orders,
  summary: 'Many orders at once with one discount that has a limit, for shared customers.',
  describe: ({ clients, limit, customers }) =>
    `${counted(clients, 'client')} create orders for ${counted(customers, 'customer')}, 1 discount for ${grouped(limit)} of them`,
  source: 'Warszawski and Bailis, ACIDRain, SIGMOD 2017, the voucher attack: one discount, used too often',
  parameters: {
    clients: clientsParameter(33),
    limit: { default: 20, min: 1, max: 1_000_000, describe: 'how often the discount may be used' },
    customers: { default: 5, min: 1, max: 10_000, describe: 'customers whom the orders are for' },
    ...WAITING,
    // All of them want the discount, one after the other. Their turns take as long as they take, so the limit stays as it is.
    expiryMs: { ...WAITING.expiryMs, default: 30_000 },
    // More often, and those who wait keep a slow store busier than those whose turn it is; every 100 ms, and it idles half of the time.
    retryMs: { ...WAITING.retryMs, default: 10 },
  },
  initial: ({ limit, limitMs }) => ({
    orders: [],
    discounts: [{ id: DISCOUNT, limit }],
    lockLimitMs: limitMs,
  }),
  attempts: ({ clients, customers }) =>
    Array.from({ length: clients }, (_, reference) => ({
      f: 'createOrder',
      input: {
        reference,
        customer: `Customer ${1 + (reference % customers)}`,
        discount: DISCOUNT,
        items: ITEMS,
      },
    })),
  slowestMs: ({ limitMs }) => 2 * limitMs,
  checkers: orderCheckers,
  tally: tallyOf('created', 'refused', 'customers', 'used'),
  // Whether a refused order leaves its customer behind is left to the target.
  expected: ({ clients, limit }) => {
    const created = Math.min(clients, limit);
    return { created, refused: clients - created, used: created };
  },
  controls: {
    postgres: { target: 'postgres/naive', shows: ['usage-miscounted', 'discount-overused'] },
    mongodb: { target: 'mongodb/naive', shows: ['usage-miscounted', 'discount-overused'] },
  },
  defaultTarget: 'postgres/for-update',
  small: { clients: 2, limit: 1, customers: 1, retries: 2, limitMs: HELD_LIMIT_MS },
};

export default discountedOrders;
