import { NotHappened } from '../../../src/core/context.js';
import type { Product } from '../../../scenarios/checkout/contract.js';
import { inTransaction, retrying } from '../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../retries.js';
import { byId, ORDERED, productOf, refusalOf, wantedOf } from '../cart.js';
import { checkoutOnPostgres } from './schema.js';
import { placeOrder } from './steps.js';

/** The SQLSTATE by which the server itself says "somebody was faster, try again": one loop serves both. */
const SERIALIZATION_FAILURE = '40001';

/**
 * Reads each product with its version, and writes only if the version is still the same: `... where id = ... and version = ...`.
 * An UPDATE that waited for a row looks at its condition again on the row's new version; if it changed no row, somebody was
 * faster, and all is rolled back and read again. Nothing is locked between the read and the write.
 */
export default checkoutOnPostgres({
  strategy: 'optimistic',
  summary: 'Writes only if the version it read is still there, else starts over.',
  prevents:
    'Lost updates and overselling, at any isolation level. Not those of writers who leave the version alone.',
  costs:
    'One buyer of a product gets through in each round and the others start over; nothing where buyers seldom meet.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
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
        await context.point('checked');
        for (const { productId, quantity } of byId(wanted)) {
          const { stock, version } = productOf(products, productId);
          const { rowCount } = await session.query(
            'update product set stock = $3, version = version + 1 where id = $1 and version = $2',
            [productId, version, stock - quantity],
          );
          if (rowCount === 0) {
            throw new NotHappened(`product ${productId} changed after it was read`, SERIALIZATION_FAILURE);
          }
          context.note('write', { product: productId, stock: stock - quantity });
        }
        await context.point('written');
        await placeOrder(session, buyer, cart);
        return ORDERED;
      }),
    ),
});
