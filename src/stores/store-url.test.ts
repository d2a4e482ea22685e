import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { openReaper } from '../process/reaper.js';
import { STORES } from './index.js';
import { storeUrl } from './store-url.js';
import { whyMissing } from './why-missing.fixture.js';

const reaper = openReaper();
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
  reaper.close();
});

async function addressOf(store: string) {
  const open = await STORES[store]!();
  const server = await open({
    ...{ url: undefined, allowRemote: false, runId: 'url', connections: 10, reaper },
  });
  ends.push(() => server.stop());
  return (await server.namespace()).address;
}

describe.each(['postgres', 'mongodb', 'redis'] as const)('the URL of %s', (store) => {
  // PostgreSQL is always here.
  const missing = store === 'postgres' ? undefined : whyMissing(store);
  it.skipIf(missing)('leads any driver into the namespace of this run', { timeout: 60_000 }, async () => {
    const address = await addressOf(store);
    const url = storeUrl(address);
    if (store === 'postgres') {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      ends.push(() => client.end());
      await client.query('create table own (id int)');
      const { rows } = await client.query<{ schema: string }>(
        "select table_schema as schema from information_schema.tables where table_name = 'own'",
      );
      expect(rows).toEqual([{ schema: address.namespace }]);
    } else if (store === 'mongodb') {
      const client = await new MongoClient(url).connect();
      ends.push(() => client.close());
      expect(client.db().databaseName).toBe(address.namespace);
      expect((await client.db().collection('own').insertOne({})).acknowledged).toBe(true);
    } else {
      const client = new Redis(url);
      ends.push(() => Promise.resolve(client.disconnect()));
      expect(await client.set(`${address.namespace}own`, '1')).toBe('OK');
    }
  });
});

it('has hosts, users and TLS as drivers read them', () => {
  const at = { host: '::1', port: 5, user: 'a b', password: 'p@:/', namespace: 'n', database: 'd' };
  expect(storeUrl({ ...at, store: 'postgres', tls: 'verify' })).toBe(
    'postgres://a%20b:p%40%3A%2F@[::1]:5/d?options=-c%20search_path%3Dn&sslmode=verify-full',
  );
  expect(storeUrl({ ...at, store: 'mongodb', tls: 'no-verify' })).toBe(
    'mongodb://a%20b:p%40%3A%2F@[::1]:5/n?directConnection=true&retryWrites=false&authSource=d&tls=true&tlsAllowInvalidCertificates=true',
  );
  expect(storeUrl({ store: 'redis', host: '127.0.0.1', port: 5, namespace: 'n', tls: 'verify' })).toBe(
    'rediss://127.0.0.1:5/',
  );
});
