import { NotHappened } from '../../../../src/core/context.js';
import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { customersOnPostgres } from '../schema.js';
import { lookAddInsert } from '../steps.js';

/** Takes every error for the caller's fault: safe, but who was only too late is told that his data is wrong. */
export default customersOnPostgres({
  strategy: 'broken-aborts-called-rejections',
  summary: 'SERIALIZABLE without a second try; an aborted transaction is called a rejection.',
  prevents: 'Numbers given twice and two customers with one phone.',
  costs: 'Customers.',
  source: 'https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html',
  expectations: { 'customer-creation': 'gives-up' },
  async create(session, input, context) {
    try {
      return await inTransaction(session, context, 'serializable', () =>
        lookAddInsert(session, context, input),
      );
    } catch (error) {
      if (error instanceof NotHappened) return { result: 'rejected', reason: error.message };
      throw error;
    }
  },
});
