import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { untilLimit } from '../../limits.js';
import { bookingsOnPostgres } from '../schema.js';
import { checkThenBook, isBusy } from '../steps.js';

/** REPEATABLE READ instead: two who both saw the table free insert different rows, and neither conflicts with the other. */
export default bookingsOnPostgres({
  strategy: 'broken-serializable-downgraded',
  summary: 'Looks and inserts in a REPEATABLE READ transaction, tried again when it was aborted.',
  prevents: 'Lost updates. Not write skew.',
  costs: 'Those of serializable.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-REPEATABLE-READ',
  expectations: { 'stalled-holder': 'violated' },
  book: (session, input, context) =>
    untilLimit(context, isBusy, () =>
      inTransaction(session, context, 'repeatable read', () => checkThenBook(session, context, input)),
    ),
});
