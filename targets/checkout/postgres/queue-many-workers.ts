import { retrying } from '../../../src/stores/postgres/connect.js';
import { REQUEST_TABLE, request, workOffOldest } from './request-queue.js';
import { checkoutOnPostgres } from './schema.js';

/**
 * The queue with four workers. `FOR UPDATE SKIP LOCKED` sees to it that no two take the same request, and that is all it locks:
 * the workers read and write the stock as the buyers of the naive way do, and oversell as they do.
 */
export default checkoutOnPostgres({
  strategy: 'queue-many-workers',
  summary: 'The queue with four workers: each request is taken once, but nothing guards the stock.',
  prevents: 'Requests that are worked off twice. Neither lost updates nor overselling.',
  costs: 'As the queue, and a lock a request.',
  source: 'https://www.postgresql.org/docs/18/sql-select.html#SQL-FOR-UPDATE-SHARE',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
    'crashed-buyer': 'violated',
  },
  tables: REQUEST_TABLE,
  checkout: (session, input, context) => request(session, context, input),
  workers: {
    count: 4,
    // The victim of a deadlock between two workers left its request open: it is taken again.
    work: (session, context) =>
      retrying(context, Number.POSITIVE_INFINITY, () =>
        workOffOldest(session, context, 'for update skip locked'),
      ),
  },
});
