import { ORDERED, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { decrementIfEnough, placeOrder, refusalFromStore } from '../steps.js';

/** Reads the words of a refusal in a transaction of their own, and forgets to end that one. */
export default checkoutOnPostgres({
  strategy: 'broken-transaction-left-open',
  summary: 'Leaves a transaction open when it refuses.',
  prevents: 'Overselling.',
  costs: 'The session stays in its transaction: what it locks stays locked, what it sees is not vacuumed.',
  source: 'https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW',
  expectations: { 'flash-sale': 'violated' },
  async checkout(session, { buyer, cart }, context) {
    await session.query('begin');
    for (const item of wantedOf(cart)) {
      if (await decrementIfEnough(session, context, item)) continue;
      await session.query('rollback');
      await session.query('begin');
      return refusalFromStore(session, context, item);
    }
    await placeOrder(session, buyer, cart);
    await session.query('commit');
    return ORDERED;
  },
});
