import type { CheckoutOutcome } from '../../../../scenarios/checkout/contract.js';
import type { Session } from '../../../../src/stores/postgres/connect.js';
import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { checkWrite, readProducts } from '../steps.js';

/** What each client was last refused with. It outlives a restock. */
const lastRefusal = new WeakMap<Session, CheckoutOutcome>();

/** Caches "sold out", and goes on refusing with the cached number after the shelves were filled again. */
export default checkoutOnPostgres({
  strategy: 'broken-stale-refusal',
  summary: 'Refuses from a cache that nobody empties.',
  prevents: 'Overselling.',
  costs: 'Sales.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: { 'flash-sale': 'violated' },
  async checkout(session, input, context) {
    const cached = lastRefusal.get(session);
    if (cached) return cached;
    const outcome = await inTransaction(session, context, 'read committed', async () => {
      const wanted = wantedOf(input.cart);
      const products = await readProducts(session, context, wanted, 'order by id for update');
      return checkWrite(session, context, input, products);
    });
    if (outcome.result === 'insufficient-stock') lastRefusal.set(session, outcome);
    return outcome;
  },
});
