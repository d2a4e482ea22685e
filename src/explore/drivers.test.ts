import { drizzle } from 'drizzle-orm/node-postgres';
import { eq } from 'drizzle-orm';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import knex from 'knex';
import pg from 'pg';
import postgres from 'postgres';
import { DataTypes, QueryTypes, Sequelize } from 'sequelize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkout, Product } from '../../scenarios/checkout/contract.js';
import type { Customers } from '../../scenarios/customers/contract.js';
import { customerNumber } from '../../scenarios/customers/number.js';
import returningCustomer from '../../scenarios/customers/returning-customer.js';
import flashSale from '../../scenarios/checkout/flash-sale.js';
import { insufficientStock } from '../../scenarios/checkout/refusal.js';
import { ORDERED } from '../../targets/checkout/cart.js';
import onConflict from '../../targets/customers/postgres/on-conflict.js';
import naive from '../../targets/checkout/postgres/naive.js';
import type { StoreAddress } from '../core/context.js';
import type { ContractTypes } from '../core/contract.js';
import { withDefaults, type Scenario } from '../core/scenario.js';
import type { Client, Target } from '../core/target.js';
import { chase } from '../engine/trial.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { openSystem } from '../session/open-system.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreServer } from '../stores/store.js';
import { exploreTarget } from './explore-target.js';

let reaper: Reaper;
let server: StoreServer;
beforeAll(async () => {
  reaper = openReaper();
  const request = { url: undefined, allowRemote: false, runId: 'drivers', connections: 40, reaper };
  server = await openPostgres(request);
});
afterAll(async () => {
  await server.stop();
  reaper.close();
});

/** What a buyer does, statement by statement, in the words of a driver. */
interface Shop {
  find(product: number): Promise<{ readonly name: string; readonly stock: number }>;
  setStock(product: number, stock: number): Promise<void>;
  order(buyer: number): Promise<number>;
  item(order: number, product: number, quantity: number): Promise<void>;
  close(): Promise<unknown>;
}

function accessTo({ host, port, user = '', password = '', database = '', namespace }: StoreAddress) {
  return { access: { host, port, user, password, database }, namespace };
}

function sequelizeAt(address: StoreAddress, connections = 1): Sequelize {
  const { access, namespace } = accessTo(address);
  const { host, port, database, user: username, password } = access;
  return new Sequelize({
    ...{ dialect: 'postgres', dialectModule: pg, schema: namespace, logging: false },
    ...{ host, port, database, username, password },
    pool: { min: 1, max: connections, idle: 600_000 },
    define: { timestamps: false, freezeTableName: true, schema: namespace },
  });
}

const SHOPS: Readonly<Record<string, (address: StoreAddress) => Promise<Shop>>> = {
  'postgres.js': async (address) => {
    const { access, namespace } = accessTo(address);
    const sql = postgres({ ...access, max: 1, connection: { search_path: namespace } });
    await sql`select 1`;
    return {
      find: async (product) => {
        const [row] = await sql<Product[]>`select name, stock from product where id = ${product}`;
        return row!;
      },
      setStock: async (product, stock) => {
        await sql`update product set stock = ${stock} where id = ${product}`;
      },
      order: async (buyer) => {
        const [row] = await sql<{ id: number }[]>`insert into orders (buyer) values (${buyer}) returning id`;
        return row!.id;
      },
      item: async (order, product, quantity) => {
        await sql`insert into order_item values (${order}, ${product}, ${quantity})`;
      },
      close: () => sql.end(),
    };
  },

  Knex: async (address) => {
    const { access, namespace } = accessTo(address);
    const database = knex({
      client: 'pg',
      connection: access,
      searchPath: [namespace],
      pool: { min: 1, max: 1 },
    });
    await database.raw('select 1');
    return {
      find: async (product) => (await database<Product>('product').where({ id: product }).first())!,
      setStock: async (product, stock) => {
        await database('product').where({ id: product }).update({ stock });
      },
      order: async (buyer) => {
        const [row] = await database('orders').insert({ buyer }).returning<{ id: number }[]>('id');
        return row!.id;
      },
      item: async (order, product, quantity) => {
        await database('order_item').insert({ order_id: order, product_id: product, quantity });
      },
      close: () => database.destroy(),
    };
  },

  Sequelize: async (address) => {
    const sequelize = sequelizeAt(address);
    // Sequelize writes into what it is given.
    const key = () => ({ type: DataTypes.INTEGER, primaryKey: true });
    const products = sequelize.define('product', {
      id: key(),
      name: DataTypes.TEXT,
      stock: DataTypes.INTEGER,
    });
    const orders = sequelize.define('orders', {
      id: { ...key(), autoIncrement: true },
      buyer: DataTypes.INTEGER,
    });
    const items = sequelize.define('order_item', {
      order_id: key(),
      product_id: DataTypes.INTEGER,
      quantity: DataTypes.INTEGER,
    });
    await sequelize.query('select 1');
    return {
      find: async (product) => (await products.findByPk(product))!.get() as Product,
      setStock: async (product, stock) => {
        await products.update({ stock }, { where: { id: product } });
      },
      order: async (buyer) => (await orders.create({ buyer })).get('id') as number,
      item: async (order, product, quantity) => {
        await items.create({ order_id: order, product_id: product, quantity });
      },
      close: () => sequelize.close(),
    };
  },

  Drizzle: async (address) => {
    const { access, namespace } = accessTo(address);
    const client = new pg.Client({ ...access, options: `-c search_path=${namespace}` });
    await client.connect();
    const database = drizzle(client);
    const products = pgTable('product', {
      id: integer().primaryKey(),
      name: text().notNull(),
      stock: integer().notNull(),
    });
    const orders = pgTable('orders', {
      id: integer().primaryKey().generatedAlwaysAsIdentity(),
      buyer: integer().notNull(),
    });
    const items = pgTable('order_item', {
      order: integer('order_id').notNull(),
      product: integer('product_id').notNull(),
      quantity: integer().notNull(),
    });
    return {
      find: async (product) => {
        const [row] = await database.select().from(products).where(eq(products.id, product));
        return row!;
      },
      setStock: async (product, stock) => {
        await database.update(products).set({ stock }).where(eq(products.id, product));
      },
      order: async (buyer) => {
        const [row] = await database.insert(orders).values({ buyer }).returning({ id: orders.id });
        return row!.id;
      },
      item: async (order, product, quantity) => {
        await database.insert(items).values({ order, product, quantity });
      },
      close: () => client.end(),
    };
  },
};

/** The target with clients that come to its tables another way. */
function withClients<C extends ContractTypes>(
  target: Target<C>,
  client: (address: StoreAddress) => Promise<Client<C>>,
): Target<C> {
  return {
    ...target,
    open: async (context) => ({
      ...(await target.open(context)),
      client: (own) => client(own.address('postgres')),
    }),
  };
}

/** Reads the stock, checks it, writes what is left, and stores the order: no transaction. */
function naiveThrough(open: (address: StoreAddress) => Promise<Shop>): Target<Checkout> {
  return withClients(naive, async (address) => {
    const shop = await open(address);
    return {
      checkout: async ({ buyer, cart }) => {
        for (const { productId, quantity } of cart) {
          const { name, stock } = await shop.find(productId);
          if (stock < quantity) return insufficientStock(name, stock, quantity);
          await shop.setStock(productId, stock - quantity);
          await shop.item(await shop.order(buyer), productId, quantity);
        }
        return ORDERED;
      },
      close: async () => void (await shop.close()),
    };
  });
}

/** Finds by phone, or creates: the INSERT is in a temporary function, inside a request of several statements. */
const findOrCreate = withClients<Customers>(onConflict, async (address) => {
  // Who lost the race looks for the other's row outside of its own transaction.
  const sequelize = sequelizeAt(address, 2);
  const customers = sequelize.define('customer', {
    number: DataTypes.TEXT,
    name: DataTypes.TEXT,
    phone: { type: DataTypes.TEXT, unique: true },
  });
  await sequelize.query('select 1');
  return {
    create: async ({ name, phone }) => {
      const [next] = await sequelize.query<{ value: number }>(
        `select nextval('${address.namespace}.customer_number')::int as value`,
        { type: QueryTypes.SELECT },
      );
      const number = customerNumber(next!.value);
      const [row, isNew] = await customers.findOrCreate({ where: { phone }, defaults: { name, number } });
      return { result: isNew ? 'created' : 'found', number: row.get('number') as string };
    },
    close: () => sequelize.close(),
  };
});

async function explored<C extends ContractTypes>(scenario: Scenario<C>, target: Target<C>) {
  const namespace = await server.namespace();
  const { system, close } = await openSystem<ContractTypes>({
    scenario: scenario as unknown as Scenario<ContractTypes>,
    parameters: withDefaults(scenario.parameters, scenario.small),
    target: target,
    addresses: [namespace.address],
    seed: 'drivers',
    timeoutMs: 20_000,
    chase: (connections) => chase(connections, new Map([['postgres', namespace]])),
  });
  try {
    const plan = {
      ...{ search: { kind: 'exhaustive', reduce: true } as const, maxSchedules: undefined },
      ...{ budgetMs: 60_000, seed: 'drivers' },
    };
    const progress = { scheduleDone: () => undefined };
    return await exploreTarget(system, plan, progress, new AbortController().signal);
  } finally {
    await close();
    await namespace.drop();
  }
}

describe('a naive checkout of two buyers', { timeout: 60_000 }, () => {
  it.each(Object.entries(SHOPS))('has the same interleavings through %s', async (_, open) => {
    const { verdict, isExhaustive, reasons, schedules, counterexample } = await explored(
      flashSale,
      naiveThrough(open),
    );
    expect(reasons).toEqual([]);
    expect({ verdict, isExhaustive }).toEqual({ verdict: 'violated', isExhaustive: true });
    expect(schedules.standFor).toEqual({ all: '46', violated: '40' });
    expect(counterexample?.replayed).toEqual({ times: 10, reproduced: 10 });
  });
});

describe('findOrCreate of Sequelize', { timeout: 60_000 }, () => {
  it('creates one customer in all interleavings', async () => {
    const { verdict, isExhaustive, reasons, schedules } = await explored(returningCustomer, findOrCreate);
    expect({ verdict, isExhaustive, reasons }).toEqual({ verdict: 'holds', isExhaustive: true, reasons: [] });
    expect(schedules.run).toBeGreaterThan(1);
  });
});
