import { NotHappened } from '../../../../src/core/context.js';
import type { Product } from '../../../../scenarios/checkout/contract.js';
import { inTransaction, retrying } from '../../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../../retries.js';
import { byId, ORDERED, productOf, refusalOf, wantedOf } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { placeOrder } from '../steps.js';

/** Keeps a version and counts it up, but does not ask for it in the WHERE of its update. */
export default checkoutOnPostgres({
  strategy: 'broken-optimistic-unversioned',
  summary: 'The optimistic way without the comparison of versions.',
  prevents: 'Nothing.',
  costs: 'Those of optimistic.',
  source: 'https://www.postgresql.org/docs/18/sql-update.html',
  expectations: { 'flash-sale': 'violated' },
  alter: 'alter table product add column version int not null default 0',
  checkout: (session, { buyer, cart }, context) =>
    retrying(context, retriesOf(context), () =>
      inTransaction(session, context, 'read committed', async () => {
        const wanted = wantedOf(cart);
        const { rows } = await session.query<Product & { version: number }>(
          'select id, name, stock, version from product where id = any($1)',
          [wanted.map((item) => item.productId)],
        );
        const products = new Map(rows.map((row) => [row.id, row]));
        for (const { id, stock } of rows) context.note('read', { product: id, stock });
        const refused = refusalOf(wanted, products);
        if (refused) return refused;
        for (const { productId, quantity } of byId(wanted)) {
          const { stock, version } = productOf(products, productId);
          const { rowCount } = await session.query(
            'update product set stock = $3, version = $2 + 1 where id = $1',
            [productId, version, stock - quantity],
          );
          if (rowCount === 0)
            throw new NotHappened(`product ${productId} changed after it was read`, '40001');
          context.note('write', { product: productId, stock: stock - quantity });
        }
        await placeOrder(session, buyer, cart);
        return ORDERED;
      }),
    ),
});
