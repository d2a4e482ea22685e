import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { StoreAddress } from '../src/core/context.js';
import { median } from './numbers.js';

/** The checkouts that are compared with the engine: the statements of the targets of these names, and nothing around them. */
export type BareStrategy = 'naive' | 'for-update' | 'atomic-update';

interface Stock {
  readonly id: number;
  readonly name: string;
  readonly stock: number;
}

type Checkout = (session: Client, buyer: number) => Promise<'ordered' | 'refused'>;

const CART = [{ productId: 1, quantity: 1 }];
const IDS = CART.map((item) => item.productId);

const SETUP = `
  create table product (id int primary key, name text not null, stock int not null);
  create table orders (id int generated always as identity primary key, buyer int not null);
  create table order_item (order_id int not null, product_id int not null, quantity int not null);`;

const READ = `
  select id, name, stock from product order by id;
  select id, buyer from orders order by id;
  select order_id, product_id, quantity from order_item order by order_id, product_id`;

/** What somebody would write with pg alone: N connections, and in each trial a reset, everybody at once, and the final reads. */
export class BareShop {
  /** The median duration of a checkout in the last trial. */
  typicalMs = 0;
  readonly #admin: Client;
  readonly #sessions: readonly Client[];

  private constructor(admin: Client, sessions: readonly Client[]) {
    this.#admin = admin;
    this.#sessions = sessions;
  }

  /** Connects `clients` sessions and one for resets and reads, and creates the tables in the address's namespace. */
  static async open(address: StoreAddress, clients: number): Promise<BareShop> {
    const admin = await connect(address);
    await admin.query(SETUP);
    const sessions = await Promise.all(Array.from({ length: clients }, () => connect(address)));
    return new BareShop(admin, sessions);
  }

  /**
   * One trial: everybody starts in the same turn of the event loop, or after a delay of their own. Resolves with the number of
   * orders that are stored.
   */
  async trial(strategy: BareStrategy, stock: number, delaysMs: readonly number[] = []): Promise<number> {
    const checkout = CHECKOUTS[strategy];
    await this.#admin.query(resetTo(stock));
    const startedAt = performance.now();
    const ended: number[] = [];
    await Promise.all(
      this.#sessions.map(async (session, buyer) => {
        const delayMs = delaysMs[buyer] ?? 0;
        if (delayMs > 0) await wait(delayMs);
        await checkout(session, buyer);
        ended.push(performance.now() - startedAt - delayMs);
      }),
    );
    this.typicalMs = median(ended);
    const results: unknown = await this.#admin.query(READ);
    const [, orders] = results as readonly { readonly rows: readonly unknown[] }[];
    return orders?.rows.length ?? 0;
  }

  async close(): Promise<void> {
    await Promise.all([this.#admin, ...this.#sessions].map((session) => session.end()));
  }
}

const CHECKOUTS: Readonly<Record<BareStrategy, Checkout>> = {
  naive: (session, buyer) => readCheckWrite(session, buyer, ''),
  'for-update': async (session, buyer) => {
    await session.query('begin isolation level read committed');
    const result = await readCheckWrite(session, buyer, 'for update');
    await session.query('commit');
    return result;
  },
  'atomic-update': async (session, buyer) => {
    await session.query('begin isolation level read committed');
    for (const { productId, quantity } of CART) {
      const { rowCount } = await session.query(
        'update product set stock = stock - $2 where id = $1 and stock >= $2',
        [productId, quantity],
      );
      if (rowCount === 0) {
        await readStock(session, '');
        await session.query('rollback');
        return 'refused';
      }
    }
    await placeOrder(session, buyer);
    await session.query('commit');
    return 'ordered';
  },
};

async function readCheckWrite(
  session: Client,
  buyer: number,
  locking: string,
): Promise<'ordered' | 'refused'> {
  const products = await readStock(session, locking);
  const stockOf = (productId: number) => products.find(({ id }) => id === productId)?.stock ?? 0;
  if (CART.some(({ productId, quantity }) => stockOf(productId) < quantity)) return 'refused';
  for (const { productId, quantity } of CART) {
    await session.query('update product set stock = $2 where id = $1', [
      productId,
      stockOf(productId) - quantity,
    ]);
  }
  await placeOrder(session, buyer);
  return 'ordered';
}

async function readStock(session: Client, locking: string): Promise<readonly Stock[]> {
  const { rows } = await session.query<Stock>(
    `select id, name, stock from product where id = any($1) ${locking}`,
    [IDS],
  );
  return rows;
}

async function placeOrder(session: Client, buyer: number): Promise<void> {
  const { rows } = await session.query<{ id: number }>(
    'insert into orders (buyer) values ($1) returning id',
    [buyer],
  );
  await session.query(
    `insert into order_item (order_id, product_id, quantity)
      select $1, item.* from unnest($2::int[], $3::int[]) as item`,
    [rows[0]?.id, IDS, CART.map((item) => item.quantity)],
  );
}

function resetTo(stock: number): string {
  const rows = JSON.stringify([{ id: 1, name: 'Flash Sale Smartphone', stock }]);
  return `delete from product; delete from orders; delete from order_item;
    insert into product (id, name, stock)
      select id, name, stock from json_to_recordset('${rows}') as initial (id int, name text, stock int)`;
}

async function connect({ host, port, user, password, database, namespace }: StoreAddress): Promise<Client> {
  const options = `-c search_path=${namespace}`;
  const session = new Client({ host, port, user, password, database, options });
  await session.connect();
  return session;
}
