import { bookingsOnPostgres } from './schema.js';
import { checkThenBook } from './steps.js';

/** Looks whether the table is free, and then books it: two statements, each a transaction of its own. */
export default bookingsOnPostgres({
  strategy: 'naive',
  summary: 'Looks whether the table is free, then inserts the booking; no transaction.',
  prevents: 'Nothing.',
  costs: 'Two statements.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'table-booking': 'violated',
    'overlapping-slots': 'violated',
    'stalled-holder': 'violated',
    'stale-release': 'violated',
    'crashed-holder': 'violated',
  },
  book: (session, input, context) => checkThenBook(session, context, input),
});
