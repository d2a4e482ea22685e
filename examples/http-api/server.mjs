// A small shop on PostgreSQL, as anybody might have one.
import http from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
// A connection that ends while it is idle is replaced: no reason to end with it.
pool.on('error', (error) => console.error(error.message));
// What makes it right. LOCKING=off leaves it out.
const locking = process.env.LOCKING === 'off' ? '' : 'for update';
const withTestRoutes = process.env.TEST_ROUTES === 'on';

await pool.query(`
  create table if not exists product (id int primary key, name text not null, stock int not null);
  create table if not exists orders (id serial primary key, buyer int not null, items jsonb not null)`);

async function checkout({ buyer, items }) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    for (const { productId, quantity } of items) {
      const { rows } = await client.query(`select name, stock from product where id = $1 ${locking}`, [
        productId,
      ]);
      const [{ name, stock }] = rows;
      if (stock < quantity) {
        await client.query('rollback');
        return { status: 409, body: { product: name, available: stock, requested: quantity } };
      }
      await client.query('update product set stock = $2 where id = $1', [productId, stock - quantity]);
    }
    await client.query('insert into orders (buyer, items) values ($1, $2)', [buyer, JSON.stringify(items)]);
    await client.query('commit');
    return { status: 201, body: { message: 'Thank you' } };
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

async function reset({ products }) {
  await pool.query('delete from orders; delete from product');
  for (const { id, name, stock } of products) {
    await pool.query('insert into product (id, name, stock) values ($1, $2, $3)', [id, name, stock]);
  }
  return { status: 200, body: {} };
}

async function state() {
  const products = await pool.query('select id, name, stock from product order by id');
  const orders = await pool.query('select id, buyer, items from orders order by id');
  return { status: 200, body: { products: products.rows, orders: orders.rows } };
}

const routes = {
  'GET /health': () => ({ status: 200, body: {} }),
  'POST /api/checkout': checkout,
  ...(withTestRoutes ? { 'POST /test/reset': reset, 'GET /test/state': state } : {}),
};

const server = http.createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const route = routes[`${request.method} ${request.url}`] ?? (() => ({ status: 404, body: {} }));
  const { status, body } = await Promise.resolve()
    .then(() => route(text === '' ? {} : JSON.parse(text)))
    .catch((error) => {
      console.error(error);
      return { status: 500, body: {} };
    });
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`listening on ${process.env.PORT}`));
