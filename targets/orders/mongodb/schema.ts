import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import {
  connectMongodb,
  type Collection,
  type MongoConnection,
} from '../../../src/stores/mongodb/connect.js';
import type { Orders, PlacedOrder } from '../../../scenarios/orders/contract.js';
import type { Operations } from '../read-compute-write.js';
import type { LockDocument } from './lock-manager.js';

export interface OrderDocument {
  readonly _id: number;
  readonly total: number;
  /** Counted up by the strategy that needs it. */
  readonly version?: number;
  /** What the last change replaced, where the strategy keeps it. */
  readonly replaced?: number;
}

export interface DiscountDocument {
  readonly _id: string;
  readonly used: number;
  readonly limit: number;
  readonly version?: number;
}

/** What a client works with. */
export interface OrderDatabase extends MongoConnection {
  readonly orders: Collection<OrderDocument>;
  readonly discounts: Collection<DiscountDocument>;
  readonly customers: Collection<{ readonly name: string }>;
  readonly placed: Collection<PlacedOrder>;
  readonly locks: Collection<LockDocument>;
}

/** One way to change orders on MongoDB: what its file adds to the collections that all of them share. */
export interface OrdersStrategy extends Pick<
  Target<Orders>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations' | 'needs'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Indexes of its own, made once. */
  readonly prepare?: (database: OrderDatabase) => Promise<void>;
  /** `target` is the connection of the target, for what has to be done when the client is dead. */
  readonly operations: (database: OrderDatabase, context: ClientContext, target: OrderDatabase) => Operations;
}

/** A target from a strategy: its set-up, reset, reads and clients. */
export function ordersOnMongodb({ strategy, prepare, operations, ...about }: OrdersStrategy): Target<Orders> {
  return {
    contract: 'orders',
    id: `mongodb/${strategy}`,
    ...about,
    open: (context) => openOrders({ prepare, operations }, context),
  };
}

async function openOrders(
  { prepare, operations }: Pick<OrdersStrategy, 'prepare' | 'operations'>,
  context: TargetContext,
): Promise<OpenTarget<Orders>> {
  const database = await openDatabase(context);
  const { db, orders, discounts, customers, placed, locks } = database;
  return {
    setup: async () => {
      // Nothing in here decides a race: no unique index beyond ids. Made beforehand, since a transaction should not have to.
      for (const { collectionName } of [orders, discounts, customers, placed, locks]) {
        await db.createCollection(collectionName);
      }
      await prepare?.(database);
    },
    reset: async (initial) => {
      for (const collection of [orders, discounts, customers, placed, locks]) await collection.deleteMany({});
      if (initial.orders.length > 0) {
        await orders.insertMany(initial.orders.map(({ id, total }) => ({ _id: id, total })));
      }
      if (initial.discounts.length > 0) {
        await discounts.insertMany(initial.discounts.map(({ id, limit }) => ({ _id: id, used: 0, limit })));
      }
    },
    read: async () => ({
      orders: (await orders.find({}, { sort: { _id: 1 } }).toArray()).map(({ _id, total }) => ({
        id: _id,
        total,
      })),
      discounts: (await discounts.find().toArray()).map(({ _id, used }) => ({ id: _id, used })),
      customers: await customers.find({}, { projection: { _id: 0 } }).toArray(),
      placed: await placed.find({}, { projection: { _id: 0 } }).toArray(),
      locks: (await locks.find({ status: 'active' }).toArray()).map(
        ({ resourceType, resourceId, process }) => ({
          key: `${resourceType}:${resourceId}`,
          process,
          lapses: true,
        }),
      ),
    }),
    client: async (clientContext) => {
      const own = await openDatabase(clientContext);
      return { ...operations(own, clientContext, database), close: () => own.close() };
    },
    close: () => database.close(),
  };
}

async function openDatabase(context: TargetContext): Promise<OrderDatabase> {
  const connection = await connectMongodb(context);
  const { db } = connection;
  return {
    ...connection,
    orders: db.collection<OrderDocument>('orders'),
    discounts: db.collection<DiscountDocument>('discounts'),
    customers: db.collection<{ readonly name: string }>('customers'),
    placed: db.collection<PlacedOrder>('placed'),
    locks: db.collection<LockDocument>('locks'),
  };
}
