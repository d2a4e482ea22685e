import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { checkoutOnPostgres } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * The naive way inside a REPEATABLE READ transaction, which is snapshot isolation here. A write to a row that somebody else
 * changed after the snapshot is refused with 40001 (the first updater wins), so what is written was computed from the newest
 * stock. Nobody tries again: of buyers who arrive together about one gets through, and the others fail although units remain.
 * What it does not prevent is write skew, which needs a second row that is read and not written; a checkout writes what it reads.
 */
export default checkoutOnPostgres({
  strategy: 'repeatable-read',
  summary: 'The naive way inside a REPEATABLE READ transaction, without a second try.',
  prevents:
    'Lost updates and overselling: the first updater of a row wins, the others are aborted with 40001. Neither failures nor unsold units: nobody tries again.',
  costs: 'Most buyers who arrive together fail, and units stay unsold.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-REPEATABLE-READ',
  expectations: {
    'flash-sale': 'gives-up',
    'last-unit': 'gives-up',
    basket: 'gives-up',
    'oversized-cart': 'gives-up',
    'crashed-buyer': 'gives-up',
  },
  checkout: (session, input, context) =>
    inTransaction(session, context, 'repeatable read', () => readCheckWrite(session, context, input)),
});
