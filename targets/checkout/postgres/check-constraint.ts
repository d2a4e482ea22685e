import type { CartItem } from '../../../scenarios/checkout/contract.js';
import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { ORDERED, wantedOf } from '../cart.js';
import { checkoutOnPostgres } from './schema.js';
import { decrementStock, placeOrder, refusalFromStore } from './steps.js';

/**
 * Decrements without looking, and lets `CHECK (stock >= 0)` refuse: the server raises 23514 when a row's new version breaks it,
 * whoever wrote it and however. The transaction is rolled back by then, so the refusal reads the stock afterwards.
 */
export default checkoutOnPostgres({
  strategy: 'check-constraint',
  summary: 'Decrements without a check; a CHECK constraint on the stock refuses what is too much.',
  prevents: 'Overselling and negative stock, for every program that writes to the table. Not deadlocks.',
  costs:
    'A refusal is an error: a rolled-back transaction, a dead row version, a line in the server log, and another read for the words.',
  source: 'https://www.postgresql.org/docs/18/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'gives-up',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  alter: 'alter table product add check (stock >= 0)',
  async checkout(session, { buyer, cart }, context) {
    try {
      return await inTransaction(session, context, 'read committed', async () => {
        for (const item of wantedOf(cart)) {
          await decrementStock(session, context, item).catch((error: unknown) => {
            throw isCheckViolation(error) ? new TooFew(item) : error;
          });
        }
        await context.point('written');
        await placeOrder(session, buyer, cart);
        return ORDERED;
      });
    } catch (error) {
      if (error instanceof TooFew) return refusalFromStore(session, context, error.item);
      throw error;
    }
  },
});

class TooFew extends Error {
  constructor(readonly item: CartItem) {
    super('the stock would fall below zero');
  }
}

function isCheckViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23514';
}
