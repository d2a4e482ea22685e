import { checkoutOnPostgres } from '../schema.js';
import { ORDERED } from '../../cart.js';
import { REQUEST_TABLE, workOffOldest } from '../request-queue.js';

/** Says "ordered" as soon as the request is in the queue. */
export default checkoutOnPostgres({
  strategy: 'broken-queue-answered-early',
  summary: 'Answers when the request is queued, not when it has been worked off.',
  prevents: 'Overselling of what is in the stock. Not of what was promised.',
  costs: 'Promises.',
  source: 'https://www.postgresql.org/docs/18/sql-select.html#SQL-FOR-UPDATE-SHARE',
  expectations: { 'flash-sale': 'violated' },
  tables: REQUEST_TABLE,
  async checkout(session, { buyer, cart }) {
    await session.query('insert into request (buyer, cart) values ($1, $2)', [buyer, JSON.stringify(cart)]);
    return ORDERED;
  },
  workers: { count: 1, work: (session, context) => workOffOldest(session, context) },
});
