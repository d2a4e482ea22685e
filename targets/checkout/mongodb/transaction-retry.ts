import { inTransaction, retrying } from '../../../src/stores/mongodb/connect.js';
import { retriesOf } from '../../retries.js';
import { checkoutOnMongodb } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * The naive way in one transaction that reads from a snapshot, the whole of it tried again as long as the server aborts it and
 * says that another try may succeed (`TransientTransactionError`). A refusal is read from one snapshot, so it was true then.
 *
 * A transaction is not tied to its client's connection. When the client dies, the transaction and its writes stand until the
 * server ends it, after transactionLifetimeLimitSeconds: 60 s by default, in which nobody can buy these products.
 */
export default checkoutOnMongodb({
  strategy: 'transaction-retry',
  summary: 'Reads, checks, writes and stores the order in one transaction, tried again when it was aborted.',
  prevents:
    "Lost updates, overselling and partial orders. Neither write skew, nor failures while a dead client's transaction is open.",
  costs:
    'A commit, and tries that grow with the square of those who come together. A dead client blocks his products for a minute.',
  source:
    'https://www.mongodb.com/docs/manual/core/transactions-in-applications/#std-label-transient-transaction-error',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'gives-up',
  },
  needs: ['transactions'],
  checkout: (shop, input, context) =>
    retrying(context, retriesOf(context), () =>
      inTransaction(shop, context, (session) => readCheckWrite(shop, context, input, session), {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
      }),
    ),
});
