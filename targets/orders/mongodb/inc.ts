import { found } from '../read-compute-write.js';
import { ordersOnMongodb } from './schema.js';
import { addCustomerOnce, plainTables, uniqueNames } from './tables.js';

/**
 * Changes each document where it stands, in one step of the server: `$inc` on the total, `$inc` on the usage count if the limit
 * is not reached, an upsert for the customer with a unique name. Nothing is computed from what was read before. What is
 * one document is right; a move is two, and whoever reads in between sees half of it.
 */
export default ordersOnMongodb({
  strategy: 'inc',
  summary: 'Changes each document in one step of the server: $inc, $set, a conditional $inc, an upsert.',
  prevents: 'Lost updates of one document. Not reads between the two writes of a move.',
  costs: 'Nothing beyond the writes, and an index on the name. Only changes that the server can compute.',
  source: 'https://www.mongodb.com/docs/manual/reference/operator/update/inc/',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'violated',
    'shared-then-exclusive': 'holds',
    'stalled-transaction': 'holds',
  },
  prepare: uniqueNames,
  operations: (database, context) => {
    const { orders, discounts } = database;
    const tables = plainTables(database, context);
    /** Answers with what it replaced, as the changed document tells it: `$inc` from what it became, `$set` beside it. */
    const add = async (order: number, amount: number) => {
      const after = await orders.findOneAndUpdate(
        { _id: order },
        { $inc: { total: amount } },
        { returnDocument: 'after' },
      );
      context.note('write', { order, by: amount });
      await context.point('written');
      return found(after, `order ${order}`).total - amount;
    };
    const set = async (order: number, total: number) => {
      const after = await orders.findOneAndUpdate({ _id: order }, [{ $set: { replaced: '$total', total } }], {
        returnDocument: 'after',
      });
      context.note('write', { order, total });
      await context.point('written');
      return found(after, `order ${order}`).replaced ?? NaN;
    };
    return {
      addToTotal: async ({ order, amount, readFirst }) => {
        if (readFirst) {
          await tables.totals([order], 'look');
          await context.point('checked');
        }
        return { result: 'updated', previous: await add(order, amount) };
      },
      setTotal: async ({ order, total }) => ({
        result: 'updated',
        previous: await set(order, total),
      }),
      lockBoth: async ({ first, second, amount }) => ({
        result: 'moved',
        previousFirst: await add(first, -amount),
        previousSecond: await add(second, amount),
      }),
      readTotals: async (input) => ({
        result: 'read',
        totals: [...(await tables.totals(input.orders, 'read'))],
      }),
      createOrder: async (order) => {
        const below = { $expr: { $lt: ['$used', '$limit'] } };
        const { matchedCount } = await discounts.updateOne(
          { _id: order.discount, ...below },
          { $inc: { used: 1 } },
        );
        if (matchedCount === 0) return { result: 'discount-used-up' };
        context.note('write', { discount: order.discount, by: 1 });
        await context.point('written');
        await addCustomerOnce(database, order.customer);
        await tables.place(order);
        return { result: 'created' };
      },
    };
  },
});
