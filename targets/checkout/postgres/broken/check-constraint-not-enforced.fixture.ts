import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { ORDERED, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { decrementStock, placeOrder } from '../steps.js';

/** Relies on a constraint that was added with NOT ENFORCED (PostgreSQL 18 and later), as a migration may do for a while. */
export default checkoutOnPostgres({
  strategy: 'broken-check-constraint-not-enforced',
  summary: 'Decrements without a check, behind a constraint that is not enforced.',
  prevents: 'Nothing.',
  costs: 'Those of check-constraint.',
  source: 'https://www.postgresql.org/docs/18/sql-createtable.html',
  expectations: { 'flash-sale': 'violated' },
  alter: 'alter table product add check (stock >= 0) not enforced',
  checkout: (session, { buyer, cart }, context) =>
    inTransaction(session, context, 'read committed', async () => {
      for (const item of wantedOf(cart)) await decrementStock(session, context, item);
      await placeOrder(session, buyer, cart);
      return ORDERED;
    }),
});
