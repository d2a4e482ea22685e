import { readComputeWrite } from '../read-compute-write.js';
import { ordersOnMongodb } from './schema.js';
import { plainTables } from './tables.js';

/**
 * Reads, computes in the program, and writes the result. Two who read the same total both write what follows from it, and
 * one change is gone. A move is two writes, and whoever reads in between sees half.
 */
export default ordersOnMongodb({
  strategy: 'naive',
  summary: 'Reads, computes, writes the new value; no transaction.',
  prevents: 'Nothing.',
  costs: 'A command for each read and each write.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: {
    'order-update': 'violated',
    'order-set': 'violated',
    'discounted-orders': 'violated',
    'opposite-locks': 'violated',
    'shared-then-exclusive': 'violated',
    'stalled-transaction': 'violated',
  },
  operations: (database, context) =>
    readComputeWrite(context, (_, body) => body(plainTables(database, context))),
});
