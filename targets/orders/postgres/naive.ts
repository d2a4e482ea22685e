import { readComputeWrite } from '../read-compute-write.js';
import { ordersOnPostgres } from './schema.js';
import { plainTables } from './tables.js';

/**
 * Reads, computes in the program, and writes the result, each a statement and a transaction of its own. Two who read the same
 * total both write what follows from it, and one change is gone. A move is two writes, and whoever reads in between sees half.
 */
export default ordersOnPostgres({
  strategy: 'naive',
  summary: 'Reads, computes, writes the new value; no transaction.',
  prevents: 'Nothing.',
  costs: 'A statement for each read and each write.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'order-update': 'violated',
    'order-set': 'violated',
    'discounted-orders': 'violated',
    'opposite-locks': 'violated',
    'shared-then-exclusive': 'violated',
    'stalled-transaction': 'violated',
  },
  operations: (session, context) =>
    readComputeWrite(context, (_, body) => body(plainTables(session, context))),
});
