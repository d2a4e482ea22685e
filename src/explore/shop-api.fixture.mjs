// A shop as anybody might have one. WAY says how it checks out; each is right for one product between transactions, or wrong in its own way.
import http from 'node:http';
import pg from 'pg';

const { DATABASE_URL, PORT, WAY } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4 });
pool.on('error', () => undefined);

await pool.query(`
  create table if not exists product (id int primary key, name text not null, stock int not null);
  create table if not exists orders (id serial primary key, buyer int not null, items jsonb not null);
  create table if not exists audit (buyer int)`);

let turn = Promise.resolve();
let soldHere = 0;

const ordered = { status: 201, body: {} };
const refused = (available) => ({
  status: 409,
  body: { product: 'Flash Sale Smartphone', available, requested: 1 },
});
const stockOf = async (db, lock = '') =>
  (await db.query(`select stock from product where id = 1 ${lock}`)).rows[0].stock;
const sell = (db) => db.query('update product set stock = stock - 1 where id = 1 and stock > 0');
const order = (db, { buyer, items }) =>
  db.query('insert into orders (buyer, items) values ($1, $2)', [buyer, JSON.stringify(items)]);

/** Check, then act: only a lock makes it right. */
async function checkThenAct(db, body, lock) {
  const stock = await stockOf(db, lock);
  if (stock < 1) return refused(stock);
  await db.query('update product set stock = $1 where id = 1', [stock - 1]);
  await order(db, body);
  return ordered;
}

const WAYS = {
  // A lock that only this process knows.
  mutex: (body) => {
    const mine = turn.then(() => checkThenAct(pool, body));
    turn = mine.catch(() => undefined);
    return mine;
  },
  // What it remembers is forgotten by a reset of this process alone.
  memory: async (body) => {
    if (soldHere > 0) return refused(0);
    if ((await sell(pool)).rowCount === 0) return refused(0);
    soldHere += 1;
    await order(pool, body);
    return ordered;
  },
  // The answer does not wait for what follows it.
  late: async (body, answer) => {
    const { rowCount } = await sell(pool);
    if (rowCount > 0) await order(pool, body);
    answer(rowCount > 0 ? ordered : refused(0));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await pool.query('insert into audit values ($1)', [body.buyer]);
  },
  'answer-before-commit': async (body, answer) => {
    const client = await pool.connect();
    await client.query('begin');
    answer(await checkThenAct(client, body, 'for update'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await client.query('commit');
    client.release();
  },
  // Two connections at once.
  parallel: async (body) => {
    await Promise.all([stockOf(pool), pool.query('select count(*) from orders')]);
    if ((await sell(pool)).rowCount === 0) return refused(0);
    await order(pool, body);
    return ordered;
  },
  // Whoever is refused keeps his transaction.
  open: async (body) => {
    const client = await pool.connect();
    await client.query('begin');
    const answer = await checkThenAct(client, body, 'for update');
    if (answer.status === 201) {
      await client.query('commit');
      client.release();
    }
    return answer;
  },
  timer: (body) => checkThenAct(pool, body),
  // It uses no store.
  deaf: () => Promise.resolve(ordered),
  dies: () => process.exit(3),
};

if (WAY === 'timer') setInterval(() => void pool.query('insert into audit values (0)'), 10);

const ROUTES = {
  'GET /health': () => ({ status: 200, body: {} }),
  'POST /reset': async ({ products: [{ id, name, stock }] }) => {
    soldHere = 0;
    await pool.query('delete from orders; delete from product; delete from audit');
    await pool.query('insert into product values ($1, $2, $3)', [id, name, stock]);
    return { status: 200, body: {} };
  },
  'GET /state': async () => {
    const products = await pool.query('select id, name, stock from product');
    const orders = await pool.query('select id, buyer, items from orders order by id');
    return { status: 200, body: { products: products.rows, orders: orders.rows } };
  },
  'POST /checkout': WAYS[WAY],
};

const server = http.createServer(async (request, response) => {
  const answer = ({ status, body }) => {
    if (!response.writableEnded) response.writeHead(status).end(JSON.stringify(body));
  };
  let text = '';
  for await (const chunk of request) text += chunk;
  try {
    const given = await ROUTES[`${request.method} ${request.url}`](text && JSON.parse(text), answer);
    if (given !== undefined) answer(given);
  } catch (error) {
    answer({ status: 500, body: { message: error.message } });
  }
});
server.listen(Number(PORT), '127.0.0.1');
