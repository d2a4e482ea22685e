import { inTransaction } from '../../../src/stores/mongodb/connect.js';
import { checkoutOnMongodb } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * The naive way in one transaction that reads from a snapshot. Of two who write the same product the second is aborted with
 * 112 WriteConflict at once, and nobody tries again: of those who come together a few get through, and the others
 * fail though there is enough for them.
 */
export default checkoutOnMongodb({
  strategy: 'transaction',
  summary: 'Reads, checks, writes and stores the order in one transaction, without a second try.',
  prevents:
    'Lost updates, overselling and partial orders. Neither failures nor unsold units: nobody tries again.',
  costs: 'A commit, and most of those who come together.',
  source:
    'https://www.mongodb.com/docs/manual/core/transactions-production-consideration/#in-progress-transactions-and-write-conflicts',
  expectations: {
    'flash-sale': 'gives-up',
    'last-unit': 'gives-up',
    basket: 'gives-up',
    'oversized-cart': 'gives-up',
    'crashed-buyer': 'gives-up',
  },
  needs: ['transactions'],
  checkout: (shop, input, context) =>
    inTransaction(shop, context, (session) => readCheckWrite(shop, context, input, session), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
    }),
});
