import type { Parameter } from '../../src/core/scenario.js';

/** The numbers of a sale in which every buyer wants the same quantity of every product. */
export type EqualCarts = {
  readonly clients: number;
  readonly stock: number;
  readonly quantity: number;
  readonly retries: number;
  readonly syncMs: number;
  readonly afterSync: number;
};

/** A store that aborts at once instead of letting anybody wait takes several tries of two who meet just once. */
const FEWEST_RETRIES = 10;

/** What can be changed on the command line, with a scenario's own defaults. A try may be lost to every buyer, at every product. */
export function equalCarts(
  defaults: Pick<EqualCarts, 'clients' | 'stock' | 'quantity'>,
  products = 1,
): { readonly [K in keyof EqualCarts]: Parameter } {
  return {
    clients: { default: defaults.clients, min: 2, max: 10_000, describe: 'buyers, one attempt each' },
    stock: { default: defaults.stock, min: 1, max: 1_000_000, describe: 'units of each product at first' },
    quantity: {
      default: defaults.quantity,
      min: 1,
      max: 1_000_000,
      describe: 'units of each product in each cart',
    },
    retries: {
      default: ({ clients = defaults.clients }) => Math.max(FEWEST_RETRIES, clients * products),
      min: 0,
      max: 1_000_000,
      describe: 'how often a target that retries does so, for each attempt',
    },
    syncMs: {
      default: 100,
      min: 1,
      max: 600_000,
      describe: 'milliseconds between two copies of the stock, where a target keeps it in two stores',
    },
    afterSync: {
      default: 0,
      min: 0,
      max: 1,
      describe: 'whether such a target is read at once (0) or after one more copy (1)',
    },
  };
}

/** A cart that can never be filled is never written for, so nothing could race. */
export function cartProblems({ stock, quantity }: EqualCarts): string[] {
  return quantity > stock
    ? [
        `A cart of ${quantity} cannot be filled from a stock of ${stock}: nobody could order, so nothing could race.`,
      ]
    : [];
}

/** How the sale ends where everything goes right: as many whole carts as the stock has, whoever gets them. */
export function rightTally(
  { clients, stock, quantity }: EqualCarts,
  products = 1,
): { ordered: number; refused: number; left: number } {
  const ordered = Math.min(clients, Math.floor(stock / quantity));
  return { ordered, refused: clients - ordered, left: (stock - ordered * quantity) * products };
}
