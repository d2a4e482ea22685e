import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import {
  connectMongodb,
  type Collection,
  type MongoConnection,
} from '../../../src/stores/mongodb/connect.js';
import type {
  CartItem,
  Checkout,
  CheckoutInput,
  CheckoutOutcome,
} from '../../../scenarios/checkout/contract.js';

interface ProductDocument {
  readonly _id: number;
  readonly name: string;
  readonly stock: number;
}

interface OrderDocument {
  readonly buyer: number;
  readonly items: readonly CartItem[];
}

/** What a client works with. */
export interface ShopDatabase extends MongoConnection {
  readonly products: Collection<ProductDocument>;
  readonly orders: Collection<OrderDocument>;
}

/** One way to check out on MongoDB: what its file adds to the collections that all of them share. */
export interface CheckoutStrategy extends Pick<
  Target<Checkout>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations' | 'needs'
> {
  /** The file's name. */
  readonly strategy: string;
  readonly checkout: (
    shop: ShopDatabase,
    input: CheckoutInput,
    context: ClientContext,
  ) => Promise<CheckoutOutcome>;
}

/** A target from a strategy: its set-up, reset, reads and clients. */
export function checkoutOnMongodb({ strategy, checkout, ...about }: CheckoutStrategy): Target<Checkout> {
  return {
    contract: 'checkout',
    id: `mongodb/${strategy}`,
    ...about,
    open: (context) => openCheckout(checkout, context),
  };
}

async function openCheckout(
  checkout: CheckoutStrategy['checkout'],
  context: TargetContext,
): Promise<OpenTarget<Checkout>> {
  const shop = await openShop(context);
  const { db, products, orders } = shop;
  return {
    setup: async () => {
      // Nothing that decides a race: no unique index beyond ids, no validator. An order is one document, with its items.
      await db.createCollection('products');
      await db.createCollection('orders');
    },
    reset: async (initial) => {
      await orders.deleteMany({});
      await products.deleteMany({});
      if (initial.products.length === 0) return;
      await products.insertMany(initial.products.map(({ id, name, stock }) => ({ _id: id, name, stock })));
    },
    read: async () => {
      const left = await products.find({}, { sort: { _id: 1 } }).toArray();
      const stored = await orders.find().toArray();
      return {
        products: left.map(({ _id, name, stock }) => ({ id: _id, name, stock })),
        orders: stored.map(({ buyer, items }, place) => ({ id: place + 1, buyer, items: [...items] })),
      };
    },
    client: async (clientContext) => {
      const own = await openShop(clientContext);
      return { checkout: (input) => checkout(own, input, clientContext), close: () => own.close() };
    },
    close: () => shop.close(),
  };
}

async function openShop(context: TargetContext): Promise<ShopDatabase> {
  const connection = await connectMongodb(context);
  const { db } = connection;
  return {
    ...connection,
    products: db.collection<ProductDocument>('products'),
    orders: db.collection<OrderDocument>('orders'),
  };
}
