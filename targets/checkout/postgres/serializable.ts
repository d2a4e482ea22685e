import { inTransaction, retrying } from '../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../retries.js';
import { checkoutOnPostgres } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * A SERIALIZABLE transaction, tried again after 40001 and 40P01. What commits is equal to some order one after the other, so
 * code that is right alone is right here, whatever it reads: write skew too is prevented, which REPEATABLE READ lets through.
 * Even a transaction that only read may be aborted, and nothing that it read counts before it has committed.
 */
export default checkoutOnPostgres({
  strategy: 'serializable',
  summary: 'SERIALIZABLE, the whole transaction tried again when it was aborted.',
  prevents:
    'Every anomaly between transactions that are all serializable. Not what others do at a weaker level.',
  costs:
    'Like REPEATABLE READ with retries, and more aborts: reads are tracked, on a small table by the page or the whole of it.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-SERIALIZABLE',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  checkout: (session, input, context) =>
    retrying(context, retriesOf(context), () =>
      inTransaction(session, context, 'serializable', () => readCheckWrite(session, context, input)),
    ),
});
