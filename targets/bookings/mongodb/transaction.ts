import { inTransaction } from '../../../src/stores/mongodb/connect.js';
import { untilLimit } from '../limits.js';
import { bookingsOnMongodb } from './schema.js';
import { checkThenBook, isBusy } from './steps.js';

/**
 * The naive way in one transaction. It sees a snapshot, and conflicts only with who writes the same document. Two who both
 * saw the table free insert different documents, so both commit: write skew, which snapshot isolation lets through.
 */
export default bookingsOnMongodb({
  strategy: 'transaction',
  summary: 'Finds overlapping bookings and inserts its own in one transaction.',
  prevents: 'Half-written bookings. No double ones.',
  costs: 'A commit more.',
  source: 'https://www.mongodb.com/docs/manual/core/transactions/',
  expectations: {
    'table-booking': 'violated',
    'overlapping-slots': 'violated',
    'stalled-holder': 'violated',
    'stale-release': 'violated',
    'crashed-holder': 'violated',
  },
  needs: ['transactions'],
  book: ({ mongo }, input, context) =>
    untilLimit(context, isBusy, () =>
      inTransaction(mongo, context, (session) => checkThenBook(mongo.db, context, input, session)),
    ),
});
