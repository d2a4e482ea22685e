import type { ClientContext } from '../../../src/core/context.js';
import { isDuplicateKey, type ClientSession } from '../../../src/stores/mongodb/connect.js';
import { found, type OrderTables } from '../read-compute-write.js';
import type { OrderDatabase } from './schema.js';

/** Reads and writes, each a command, as the naive way has them; in a transaction where a session is given. */
export function plainTables(
  { orders, discounts, customers, placed }: OrderDatabase,
  context: ClientContext,
  session?: ClientSession,
): OrderTables {
  const options = session ? { session } : {};
  return {
    totals: async (wanted) => {
      const documents = await orders.find({ _id: { $in: [...wanted] } }, options).toArray();
      for (const { _id, total } of documents) context.note('read', { order: _id, total });
      const totals = new Map(documents.map(({ _id, total }) => [_id, total]));
      return wanted.map((order) => found(totals.get(order), `order ${order}`));
    },
    setTotal: async (order, total) => {
      await orders.updateOne({ _id: order }, { $set: { total } }, options);
      context.note('write', { order, total });
    },
    discount: async (id) => {
      const { used, limit } = found(await discounts.findOne({ _id: id }, options), `discount ${id}`);
      context.note('read', { discount: id, used });
      return { used, limit };
    },
    setUsed: async (discount, used) => {
      await discounts.updateOne({ _id: discount }, { $set: { used } }, options);
      context.note('write', { discount, used });
    },
    hasCustomer: async (name) => (await customers.findOne({ name }, options)) !== null,
    addCustomer: async (name) => {
      await customers.insertOne({ name }, options);
    },
    place: async ({ reference, customer, discount, items }) => {
      await placed.insertOne({ reference, customer, discount, items }, options);
    },
    strengthen: () => Promise.resolve(),
  };
}

/** For a strategy that lets the index say who was first. */
export async function uniqueNames({ customers }: OrderDatabase): Promise<void> {
  await customers.createIndex({ name: 1 }, { unique: true });
}

/** A customer who is there already is no error. Needs the unique name: of two upserts at once both may insert without it. */
export async function addCustomerOnce({ customers }: OrderDatabase, name: string): Promise<void> {
  try {
    await customers.updateOne({ name }, { $setOnInsert: { name } }, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
