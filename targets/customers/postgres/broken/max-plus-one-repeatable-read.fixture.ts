import { inTransaction, retrying } from '../../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../../retries.js';
import { customersOnPostgres } from '../schema.js';
import { answering, lookAddInsert } from '../steps.js';

/** One isolation level too low: two inserts write different rows, so REPEATABLE READ has nothing to abort. */
export default customersOnPostgres({
  strategy: 'broken-max-plus-one-repeatable-read',
  summary: 'The highest number and one, at REPEATABLE READ.',
  prevents: 'Nothing.',
  costs: 'Those of a transaction.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-REPEATABLE-READ',
  expectations: { 'customer-creation': 'violated' },
  create: (session, input, context) =>
    answering(() =>
      retrying(context, retriesOf(context), () =>
        inTransaction(session, context, 'repeatable read', () => lookAddInsert(session, context, input)),
      ),
    ),
});
