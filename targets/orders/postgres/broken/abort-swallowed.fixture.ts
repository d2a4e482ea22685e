import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { readComputeWrite } from '../../read-compute-write.js';
import { ordersOnPostgres } from '../schema.js';
import { plainTables } from '../tables.js';

/** Takes an abort for a detail: the client is told that the order was created. */
export default ordersOnPostgres({
  strategy: 'broken-abort-swallowed',
  summary: 'Answers as if it had been done when the server rolled it back.',
  prevents: 'Nothing.',
  costs: 'Those of serializable without a second try.',
  source: 'https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html',
  expectations: { 'discounted-orders': 'violated' },
  operations: (session, context) => ({
    ...readComputeWrite(context, (_, body) => body(plainTables(session, context))),
    createOrder: async (order) => {
      const { createOrder } = readComputeWrite(context, (_, body) =>
        inTransaction(session, context, 'serializable', () => body(plainTables(session, context))),
      );
      return createOrder(order).catch(() => ({ result: 'created' as const }));
    },
  }),
});
