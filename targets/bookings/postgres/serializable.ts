import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { untilLimit } from '../limits.js';
import { bookingsOnPostgres } from './schema.js';
import { checkThenBook, isBusy } from './steps.js';

/** "out of shared memory": not enough elements in RWConflictPool. */
const TOO_MANY_CONFLICTS = '53200';

/**
 * The naive way in a SERIALIZABLE transaction, tried again while the server aborts it. Two who both saw the table free wrote
 * different rows, so no row's lock stands between them and REPEATABLE READ lets both through (write skew); here the server
 * tracks what was read, also where nothing was found, and lets one commit.
 *
 * Of a hundred at once each may conflict with every other, which are more pairs than the server has room for (a multiple of
 * max_connections). It then aborts with 53200 and says to run fewer at a time: that too is tried again.
 */
export default bookingsOnPostgres({
  strategy: 'serializable',
  summary: 'Looks and inserts in a SERIALIZABLE transaction, tried again when it was aborted.',
  prevents:
    'Double bookings, and every other anomaly between transactions that are all serializable. Not what others do at a weaker level.',
  costs:
    'Work thrown away: of those who looked at once, one commits. Who was held up for the limit is told to try again.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-SERIALIZABLE',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'holds',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  book: (session, input, context) =>
    untilLimit(
      context,
      (error) => isBusy(error) || error.code === TOO_MANY_CONFLICTS,
      () => inTransaction(session, context, 'serializable', () => checkThenBook(session, context, input)),
    ),
});
