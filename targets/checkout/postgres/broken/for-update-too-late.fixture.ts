import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { byId, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { checkWrite, readProducts } from '../steps.js';

/** Locks the rows, and goes on with the numbers that it had read before. (Without any lock it is `read-committed`.) */
export default checkoutOnPostgres({
  strategy: 'broken-for-update-too-late',
  summary: 'Reads first and locks afterwards.',
  prevents: 'Nothing.',
  costs: 'Those of for-update-ordered.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: { 'flash-sale': 'violated' },
  checkout(session, input, context) {
    const wanted = byId(wantedOf(input.cart));
    return inTransaction(session, context, 'read committed', async () => {
      const products = await readProducts(session, context, wanted);
      await session.query('select from product where id = any($1) order by id for update', [
        wanted.map((item) => item.productId),
      ]);
      return checkWrite(session, context, input, products);
    });
  },
});
