import { inTransaction } from 'race-check/postgres';
import { checkoutOnPostgres } from 'race-check/targets/checkout/postgres/schema';

export default checkoutOnPostgres({
  strategy: 'mine',
  summary: 'Our own way to sell, as the shop does it.',
  prevents: 'Overselling, we hope.',
  costs: 'One transaction a buyer.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html',
  expectations: { 'flash-sale': 'holds' },
  checkout: (session, { buyer, cart }, context) =>
    inTransaction(session, context, 'read committed', async () => {
      for (const { productId, quantity } of cart) {
        const { rows } = await session.query<{ name: string; stock: number }>(
          'select name, stock from product where id = $1 for update',
          [productId],
        );
        const { name, stock } = rows[0]!;
        if (stock < quantity) {
          const message = `Insufficient stock for ${name} (available: ${stock}, requested: ${quantity})`;
          return {
            result: 'insufficient-stock',
            product: name,
            available: stock,
            requested: quantity,
            message,
          };
        }
        await session.query('update product set stock = $2 where id = $1', [productId, stock - quantity]);
      }
      const { rows } = await session.query<{ id: number }>(
        'insert into orders (buyer) values ($1) returning id',
        [buyer],
      );
      for (const { productId, quantity } of cart) {
        await session.query('insert into order_item values ($1, $2, $3)', [rows[0]!.id, productId, quantity]);
      }
      return { result: 'ordered' };
    }),
});
