import { REQUEST_TABLE, request, workOffOldest } from './request-queue.js';
import { checkoutOnPostgres } from './schema.js';

/**
 * A buyer inserts a request and waits; one worker takes the oldest, checks it out the naive way, and stores the answer in the same
 * transaction. Nothing is locked and nothing needs to be: there is only one who writes.
 */
export default checkoutOnPostgres({
  strategy: 'queue',
  summary: 'Buyers queue up requests, and one worker works them off.',
  prevents:
    'Lost updates, overselling and deadlocks, as long as there is one worker and nobody else writes. Nothing once somebody does.',
  costs:
    'A buyer waits for all who came before, and asks until there is an answer. One worker is the limit of what can be sold in a second, and of what stays up.',
  source: 'https://www.postgresql.org/docs/18/sql-select.html#SQL-FOR-UPDATE-SHARE',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  tables: REQUEST_TABLE,
  checkout: (session, input, context) => request(session, context, input),
  workers: { count: 1, work: (session, context) => workOffOldest(session, context) },
});
