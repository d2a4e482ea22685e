import { inTransaction, retrying } from '../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../retries.js';
import { checkoutOnPostgres } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * A REPEATABLE READ transaction that starts over, with a new snapshot, whenever it was aborted with 40001 or 40P01. The whole
 * transaction has to be repeated, its read included: the stock it read is the reason why it was aborted.
 */
export default checkoutOnPostgres({
  strategy: 'repeatable-read-retry',
  summary: 'REPEATABLE READ, the whole transaction tried again when it was aborted.',
  prevents:
    'Lost updates and overselling: the first updater of a row wins, the others read again. Not write skew: what is only read is not guarded.',
  costs:
    'One transaction commits in each round, so of n buyers of one product the last may run n times: the work grows with the square.',
  source: 'https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  checkout: (session, input, context) =>
    retrying(context, retriesOf(context), () =>
      inTransaction(session, context, 'repeatable read', () => readCheckWrite(session, context, input)),
    ),
});
