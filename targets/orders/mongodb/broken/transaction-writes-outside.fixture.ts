import { inTransaction, retrying } from '../../../../src/stores/mongodb/connect.js';
import { retriesOf } from '../../../retries.js';
import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnMongodb } from '../schema.js';
import { plainTables } from '../tables.js';

/** Forgets the session where it writes: the transaction is one of reads, and nothing conflicts. */
export default ordersOnMongodb({
  strategy: 'broken-transaction-writes-outside',
  summary: 'Reads in a transaction, and writes outside of it.',
  prevents: 'Nothing.',
  costs: 'Those of transaction.',
  source: 'https://www.mongodb.com/docs/manual/core/transactions/#transactions-and-sessions',
  expectations: { 'order-update': 'violated' },
  needs: ['transactions'],
  operations: (database, context) =>
    readComputeWrite(context, (_, body) =>
      retrying(context, retriesOf(context), () =>
        inTransaction(database, context, (session) =>
          body({
            ...plainTables(database, context, session),
            setTotal: (order, total) => plainTables(database, context).setTotal(order, total),
          }),
        ),
      ),
    ),
});
