import { inTransaction, retrying } from '../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../retries.js';
import { readComputeWrite } from '../read-compute-write.js';
import { ordersOnPostgres } from './schema.js';
import { plainTables } from './tables.js';

/**
 * The plain way in a SERIALIZABLE transaction, tried again after 40001 and 40P01. What commits is equal to some order one
 * after the other, so code that is right alone is right here: also the look for a customer who is not there yet, without a
 * unique name. Even one that only reads may be aborted, and nothing that it read counts before it has committed.
 */
export default ordersOnPostgres({
  strategy: 'serializable',
  summary: 'SERIALIZABLE, the whole transaction tried again when it was aborted.',
  prevents:
    'Every anomaly between transactions that are all serializable. Not what others do at a weaker level.',
  costs: 'Aborts and tries again, also of transactions that touch neighbours on one page.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-SERIALIZABLE',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'holds',
    'shared-then-exclusive': 'holds',
    'stalled-transaction': 'holds',
  },
  operations: (session, context) =>
    readComputeWrite(context, (_, body) =>
      retrying(context, retriesOf(context), () =>
        inTransaction(session, context, 'serializable', () => body(plainTables(session, context))),
      ),
    ),
});
