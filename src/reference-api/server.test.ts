import { once } from 'node:events';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { NotHappened } from '../core/context.js';
import type { Json } from '../core/json.js';
import { routesOf } from './routes.js';
import { referenceServer, type Served } from './server.js';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Asking = (
  method: string,
  path: string,
  body?: Json | string,
) => Promise<{ status: number; body: unknown }>;

/** A server whose operations end as `run` says. */
async function serve(
  contract: string,
  run: Served['pool']['run'],
  { test, told = [] }: Pick<Served, 'test'> & { told?: unknown[] } = {},
): Promise<Asking> {
  const server = referenceServer({
    ...(await routesOf(contract)),
    pool: { run },
    tell: (error) => told.push(error),
    ...(test && { test }),
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (method, path, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: text });
    return { status: response.status, body: await response.json() };
  };
}

const DINNER = { restaurantId: 1, tableId: 7, date: '2026-02-11', startTime: '18:00', guestCount: 2 };

describe('the reference API', () => {
  it.each([
    ['booked', 200, 'Table booked successfully'],
    [
      'being-booked',
      409,
      'This table is being booked by another user right now. Please try again in a moment.',
    ],
    ['taken', 409, 'This table is already booked for this time.'],
  ])('answers a guest for whom a table is %s with %i', async (result, status, message) => {
    const asked: Json[] = [];
    const ask = await serve('bookings', (f, input) => {
      asked.push([f, input]);
      return Promise.resolve({ result });
    });
    expect(await ask('POST', '/api/bookings', DINNER)).toEqual({ status, body: { message } });
    expect(asked).toEqual([
      ['book', { restaurant: 1, table: 7, date: '2026-02-11', start: '18:00', guests: 2 }],
    ]);
  });

  it('tells a word in a path from a place in it', async () => {
    const seen: string[] = [];
    const ask = await serve('orders', (f) => {
      seen.push(f);
      return Promise.resolve({ result: 'x', previous: 1, previousFirst: 1, previousSecond: 1, totals: [] });
    });
    await ask('POST', '/api/orders/transfers', { first: 1, second: 2, amount: 5 });
    await ask('POST', '/api/orders/3/additions', { amount: 5, readFirst: false });
    await ask('PUT', '/api/orders/3/total', { total: 5 });
    expect(seen).toEqual(['lockBoth', 'addToTotal', 'setTotal']);
  });

  it('does nothing for a request that fits no operation, and says what is wrong with it', async () => {
    const ask = await serve('bookings', () => Promise.reject(new Error('it was asked')));
    expect(await ask('POST', '/api/bookings', '{')).toEqual({
      status: 400,
      body: { message: 'Expected JSON' },
    });
    expect(await ask('POST', '/api/bookings', 'null')).toMatchObject({ status: 400 });
    const { status, body } = await ask('POST', '/api/bookings', { ...DINNER, guestCount: 0 });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('guests');
    expect(await ask('PUT', '/api/bookings', DINNER)).toMatchObject({ status: 404 });
  });

  it('tells what surely did nothing from what may have happened, and not why', async () => {
    const secret = new Error('the password is 1234');
    const ends = [new NotHappened('deadlock detected', '40P01'), secret];
    const told: unknown[] = [];
    const ask = await serve('bookings', () => Promise.reject(ends.shift()!), { told });
    const body = { message: 'Please try again', code: '40P01' };
    expect(await ask('POST', '/api/bookings', DINNER)).toEqual({ status: 503, body });
    const unknown = await ask('POST', '/api/bookings', DINNER);
    expect(unknown).toEqual({ status: 500, body: { message: 'Internal server error' } });
    expect(told).toEqual([secret]);
  });

  it('resets and shows its data only where it is told to', async () => {
    const never = () => Promise.reject(new Error('it was asked'));
    const closed = await serve('seats', never);
    expect(await closed('POST', '/test/reset', {})).toMatchObject({ status: 404 });
    expect(await closed('GET', '/test/state')).toMatchObject({ status: 404 });
    const resets: Json[] = [];
    const open = await serve('seats', never, {
      test: {
        reset: (initial) => Promise.resolve(void resets.push(initial)),
        read: () => Promise.resolve({ trips: [] }),
      },
    });
    const initial = { trips: [{ id: 1, name: 'Bus', seats: 3 }], abandonedLocks: [] };
    expect(await open('POST', '/test/reset', initial)).toMatchObject({ status: 200 });
    expect(resets).toEqual([initial]);
    expect(await open('GET', '/test/state')).toEqual({ status: 200, body: { trips: [] } });
  });
});
