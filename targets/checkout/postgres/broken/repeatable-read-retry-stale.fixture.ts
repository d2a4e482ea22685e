import { inTransaction, retrying } from '../../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../../retries.js';
import { wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { checkWrite, readProducts } from '../steps.js';

/** Repeats the writes of an aborted transaction, but not its read: the snapshot is new, the numbers are old. */
export default checkoutOnPostgres({
  strategy: 'broken-repeatable-read-retry-stale',
  summary: 'Reads before the transaction that is tried again.',
  prevents: 'Nothing.',
  costs: 'Those of repeatable-read-retry.',
  source: 'https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html',
  expectations: { 'flash-sale': 'violated' },
  async checkout(session, input, context) {
    const products = await readProducts(session, context, wantedOf(input.cart));
    return retrying(context, retriesOf(context), () =>
      inTransaction(session, context, 'repeatable read', () => checkWrite(session, context, input, products)),
    );
  },
});
