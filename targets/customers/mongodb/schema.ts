import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import {
  connectMongodb,
  type Collection,
  type MongoConnection,
} from '../../../src/stores/mongodb/connect.js';
import type {
  Customer,
  CustomerInput,
  CustomerOutcome,
  Customers,
} from '../../../scenarios/customers/contract.js';

/** The document that holds the last number given. */
export interface Counter {
  readonly _id: 'customer_sequence';
  readonly sequence: number;
}

/** What a client works with. */
export interface CustomerDatabase extends MongoConnection {
  readonly customers: Collection<Customer>;
  readonly counters: Collection<Counter>;
}

/** One way to create customers on MongoDB: what its file adds to the collections that all of them share. */
export interface CustomersStrategy extends Pick<
  Target<Customers>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations' | 'needs'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Whether it counts in the counter's document, or looks at the customers themselves. */
  readonly counts: boolean;
  /** A field with a unique index. */
  readonly unique?: 'phone';
  readonly create: (
    database: CustomerDatabase,
    input: CustomerInput,
    context: ClientContext,
  ) => Promise<CustomerOutcome>;
}

/** A target from a strategy: its set-up, reset, reads and clients. */
export function customersOnMongodb(strategy: CustomersStrategy): Target<Customers> {
  const { summary, prevents, costs, source, expectations, needs = [] } = strategy;
  return {
    contract: 'customers',
    id: `mongodb/${strategy.strategy}`,
    summary,
    prevents,
    costs,
    source,
    expectations,
    needs,
    open: (context) => openCustomers(strategy, context),
  };
}

async function openCustomers(
  { counts, unique, create }: CustomersStrategy,
  context: TargetContext,
): Promise<OpenTarget<Customers>> {
  const database = await openDatabase(context);
  const { db, customers, counters } = database;
  return {
    setup: async () => {
      // No unique index, neither on the number nor, unless a strategy adds it, on the phone: a plain one there finds a customer
      // and decides nothing. The validator is about one document alone: it rejects a customer without a name, whenever it comes.
      await db.createCollection('customers', { validator: { name: { $ne: '' } } });
      await db.createCollection('counters');
      await customers.createIndex({ phone: 1 }, { unique: unique === 'phone' });
    },
    reset: async (initial) => {
      await customers.deleteMany({});
      if (initial.customers.length > 0)
        await customers.insertMany(initial.customers.map((one) => ({ ...one })));
      await counters.replaceOne(
        { _id: 'customer_sequence' },
        { sequence: initial.counter },
        { upsert: true },
      );
    },
    read: async () => {
      const stored = await customers.find({}, { projection: { _id: 0 } }).toArray();
      const counter = counts ? await counters.findOne({ _id: 'customer_sequence' }) : null;
      return { counter: counter?.sequence ?? null, customers: stored };
    },
    client: async (clientContext) => {
      const own = await openDatabase(clientContext);
      return { create: (input) => create(own, input, clientContext), close: () => own.close() };
    },
    close: () => database.close(),
  };
}

async function openDatabase(context: TargetContext): Promise<CustomerDatabase> {
  const connection = await connectMongodb(context);
  const { db } = connection;
  return {
    ...connection,
    customers: db.collection<Customer>('customers'),
    counters: db.collection<Counter>('counters'),
  };
}
