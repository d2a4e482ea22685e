import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { History } from '../../src/core/history.js';
import type { Scenario } from '../../src/core/scenario.js';
import { checkoutCheckers } from './checkers.js';
import { checkout, type Checkout } from './contract.js';
import { cartProblems, equalCarts, type EqualCarts } from './equal-carts.js';
import { tally } from './tally.js';

/** When the buyer who dies comes, and with him the second half: somebody has bought by then, so the trial is evidence. */
const SECOND_HALF_MS = 20;

const HEADPHONES = { id: 1, name: 'Signature Headphones' };

/** Units that are neither left nor in a stored order: nobody has them, and nobody can buy them. */
function lostUnits({ initial, final }: History<Checkout>): number {
  const unitsOf = (lines: readonly { readonly units: number }[]) =>
    lines.reduce((sum, { units }) => sum + units, 0);
  const stocks = (products: readonly { readonly stock: number }[]) =>
    unitsOf(products.map(({ stock }) => ({ units: stock })));
  const sold = unitsOf(
    final.orders.flatMap(({ items }) => items.map(({ quantity }) => ({ units: quantity }))),
  );
  return Math.max(0, stocks(initial.products) - stocks(final.products) - sold);
}

/**
 * One buyer dies after the units were taken and before the order is stored. There is enough for everybody, so nothing is
 * oversold by a check that comes too early; what is missing in the end is what died with the buyer. A target that does both in
 * one transaction, or one command, leaves nothing half done.
 */
const crashedBuyer: Scenario<Checkout, EqualCarts> = {
  name: 'crashed-buyer',
  contract: checkout,
  summary: 'A buyer dies between taking the units and storing the order.',
  describe: ({ clients, stock, quantity }) =>
    `${counted(stock, 'unit')}, ${counted(clients, 'buyer')}${quantity > 1 ? `, ${grouped(quantity)} each` : ''}, one dies`,
  source:
    'Haerder and Reuter, Principles of Transaction-Oriented Database Recovery, ACM Computing Surveys 1983: atomicity',
  parameters: equalCarts({ clients: 9, stock: 9, quantity: 1 }),
  problems: cartProblems,
  initial: ({ stock }) => ({ products: [{ ...HEADPHONES, stock }] }),
  attempts: ({ clients, quantity }) =>
    Array.from({ length: clients }, (_, buyer) => ({
      f: 'checkout',
      input: { buyer, cart: [{ productId: HEADPHONES.id, quantity }] },
      afterMs: buyer < clients / 2 ? SECOND_HALF_MS : 0,
    })),
  faults: () => [{ client: 0, point: 'written', kind: 'crash' }],
  checkers: checkoutCheckers,
  tally: (history) => ({ ...tally(history), lost: lostUnits(history) }),
  // How many order depends on whether the target has a point between its two writes, and on what becomes of a dead one's request.
  expected: () => ({ lost: 0 }),
  controls: {
    postgres: { target: 'postgres/check-then-decrement', shows: ['stock-not-conserved'] },
    mongodb: { target: 'mongodb/conditional-update', shows: ['stock-not-conserved'] },
    redis: { target: 'redis/get-then-decr', shows: ['stock-not-conserved'] },
    memory: { target: 'memory/naive', shows: ['lost-update'] },
  },
  defaultTarget: 'postgres/for-update',
  small: { clients: 3, stock: 2, quantity: 1, retries: 2 },
};

export default crashedBuyer;
