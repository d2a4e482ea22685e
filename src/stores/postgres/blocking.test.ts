import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReaper } from '../../process/reaper.js';
import type { Blocking, StoreNamespace, StoreServer } from '../store.js';
import { startBetween } from './between.fixture.js';
import { openPostgres } from './server.js';
import { openClient } from './test-context.fixture.js';

const reaper = openReaper();
let server: StoreServer;
let namespace: StoreNamespace;
const clients: Awaited<ReturnType<typeof openClient>>[] = [];

beforeAll(async () => {
  server = await openPostgres({
    url: undefined,
    allowRemote: false,
    runId: 'waits',
    connections: 12,
    reaper,
  });
  namespace = await server.namespace();
  const { session } = await open(9);
  await session.query('create table product (id int primary key, stock int not null)');
  await session.query('insert into product values (1, 20), (2, 20)');
});
afterAll(async () => {
  await Promise.allSettled(clients.map(({ session }) => session.end()));
  await server?.stop();
  reaper.close();
});

async function open(client: number, address = namespace.address) {
  const opened = await openClient(address, client);
  clients.push(opened);
  return opened;
}

const pairs = (waits: readonly Blocking[] = []) =>
  waits.map(({ waiter, holder }) => `${waiter.client} for ${holder.client}`).sort();

/** Until somebody waits: a statement is on its way for a moment. */
async function seen(connections: readonly (typeof clients)[number]['connection'][], atLeast = 1) {
  for (let tries = 0; tries < 400; tries += 1) {
    const waits = pairs(await namespace.blocking?.(connections));
    if (waits.length >= atLeast) return waits;
    await wait(5);
  }
  throw new Error('Nobody was seen to wait.');
}

describe('who waits for whom at a PostgreSQL', () => {
  it('is nobody while everybody gets what they ask for', async () => {
    const [one, two] = [await open(0), await open(1)];
    await one.session.query('begin; update product set stock = 19 where id = 1');
    await two.session.query('begin; update product set stock = 19 where id = 2');
    expect(await namespace.blocking?.([one.connection, two.connection])).toEqual([]);
    await one.session.query('rollback');
    await two.session.query('rollback');
  });

  it('is the second who updates a row, for the first; and in a queue each for those before', async () => {
    const [one, two, three] = [await open(2), await open(3), await open(4)];
    const all = [one, two, three].map(({ connection }) => connection);
    await one.session.query('begin; update product set stock = 19 where id = 1');
    const second = two.session.query('update product set stock = stock - 1 where id = 1');
    expect(await seen(all)).toEqual(['3 for 2']);
    const third = three.session.query('update product set stock = stock - 1 where id = 1');
    expect(await seen(all, 2)).toEqual(['3 for 2', '4 for 3']);
    await one.session.query('rollback');
    await Promise.all([second, third]);
    expect(await namespace.blocking?.(all)).toEqual([]);
  });

  it('knows a statement again that still waits, and for how long it has', async () => {
    const [one, two] = [await open(10), await open(11)];
    const all = [one.connection, two.connection];
    await one.session.query('begin; update product set stock = 19 where id = 1');
    const second = two.session.query('update product set stock = stock - 1 where id = 1');
    await seen(all);
    const [first] = (await namespace.blocking?.(all)) ?? [];
    await wait(30);
    const [later] = (await namespace.blocking?.(all)) ?? [];
    expect(later?.statement.id).toBe(first?.statement.id);
    expect(later!.statement.waitedMs).toBeGreaterThanOrEqual(first!.statement.waitedMs + 25);
    expect(later!.statement.waitedMs).toBeLessThan(10_000);
    await one.session.query('rollback');
    await second;

    await one.session.query('begin; update product set stock = 19 where id = 1');
    const third = two.session.query('update product set stock = stock - 1 where id = 1');
    await seen(all);
    const [other] = (await namespace.blocking?.(all)) ?? [];
    expect(other?.statement.id).not.toBe(first?.statement.id);
    await one.session.query('rollback');
    await third;
  });

  it('names nobody who is not among the connections that were asked for', async () => {
    const [one, two] = [await open(5), await open(6)];
    await one.session.query('begin; select pg_advisory_xact_lock(42)');
    const second = two.session.query('select pg_advisory_xact_lock(42)');
    await seen([one.connection, two.connection]);
    expect(await namespace.blocking?.([two.connection])).toEqual([]);
    await one.session.query('rollback');
    await second;
  });

  it('is told by the names of the sessions where something between hides their ports', async () => {
    const tunnel = await startBetween(namespace.address.port, 'tunnel');
    const address = { ...namespace.address, host: '127.0.0.1', port: tunnel.port };
    const [one, two] = [await open(7, address), await open(8, address)];
    await one.session.query('begin; update product set stock = 19 where id = 2');
    const second = two.session.query('update product set stock = stock - 1 where id = 2');
    expect(await seen([one.connection, two.connection])).toEqual(['8 for 7']);
    await one.session.query('rollback');
    await second;
    tunnel.close();
  });
});
