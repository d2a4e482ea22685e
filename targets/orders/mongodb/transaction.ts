import { inTransaction, retrying } from '../../../src/stores/mongodb/connect.js';
import { retriesOf } from '../../retries.js';
import { readComputeWrite } from '../read-compute-write.js';
import { ordersOnMongodb } from './schema.js';
import { plainTables } from './tables.js';

/**
 * The plain way in a transaction that reads from one snapshot, the whole of it tried again when the server aborted it. Whoever
 * writes a document that somebody else has changed since is aborted with 112 WriteConflict, at once: nobody waits, so
 * nobody deadlocks.
 *
 * Only a document that both write is a conflict. A customer who is not there yet is none: that two orders do not both create him
 * is due to the discount, which both write. With two discounts they would (write skew); a unique name is against that.
 */
export default ordersOnMongodb({
  strategy: 'transaction',
  summary: 'Reads, computes and writes in a snapshot transaction, tried again when it was aborted.',
  prevents: 'Lost updates, half a move, and reads between two writes. Not write skew.',
  costs: 'A commit, and tries that grow with the square of those who come together.',
  source: 'https://www.mongodb.com/docs/manual/core/read-isolation-consistency-recency/',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'holds',
    'shared-then-exclusive': 'holds',
    'stalled-transaction': 'holds',
  },
  needs: ['transactions'],
  operations: (database, context) =>
    readComputeWrite(context, (_, body) =>
      retrying(context, retriesOf(context), () =>
        inTransaction(database, context, (session) => body(plainTables(database, context, session)), {
          readConcern: { level: 'snapshot' },
          writeConcern: { w: 'majority' },
        }),
      ),
    ),
});
