import { inTransaction, retrying } from '../../../../src/stores/mongodb/connect.js';
import { retriesOf } from '../../../retries.js';
import { wantedOf } from '../../cart.js';
import { checkoutOnMongodb } from '../schema.js';
import { checkWrite, readProducts } from '../steps.js';

/** The read lacks the session, so it is no part of the transaction: what it read may have changed before the snapshot is taken. */
export default checkoutOnMongodb({
  strategy: 'broken-transaction-retry-reads-outside',
  summary: 'Reads outside the transaction in which it writes.',
  prevents: 'Partial orders.',
  costs: 'Those of transaction-retry.',
  source: 'https://www.mongodb.com/docs/manual/core/transactions-in-applications/',
  expectations: { 'flash-sale': 'violated' },
  needs: ['transactions'],
  checkout: (shop, input, context) =>
    retrying(context, retriesOf(context), () =>
      inTransaction(shop, context, async (session) => {
        const products = await readProducts(shop, context, wantedOf(input.cart));
        return checkWrite(shop, context, input, products, session);
      }),
    ),
});
