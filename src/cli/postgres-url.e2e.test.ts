import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openReaper } from '../process/reaper.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreServer } from '../stores/store.js';
import { until } from './fixtures/processes.fixture.js';
import { it, judged, type Ended, type UserFolder } from './fixtures/user-folder.fixture.js';

const reaper = openReaper();
let server: StoreServer;
let url: string;
let password: string;
let client: Client;

beforeAll(async () => {
  const request = { url: undefined, allowRemote: false, runId: 'byurl', connections: 100, reaper };
  server = await openPostgres(request);
  const { address } = await server.namespace();
  password = address.password ?? '';
  url = `postgres://${address.user}:${password}@127.0.0.1:${address.port}/${address.database}`;
  client = new Client({ connectionString: url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
  reaper.close();
});

/** Schemas of runs other than the one that serves this test. */
async function schemas(): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select nspname as name from pg_namespace where nspname like 'race_check_%' order by 1",
  );
  return rows.map(({ name }) => name).filter((name) => !name.startsWith('race_check_byurl_'));
}

/** Runs whose sessions the server has not seen to be gone yet. */
async function runsAlive(): Promise<number> {
  const { rows } = await client.query("select 1 from pg_locks where locktype = 'advisory' and granted");
  return rows.length;
}

/** Whatever a run said and kept. */
function allText(folder: UserFolder, { stdout, stderr }: Ended): string {
  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
  return [stdout, stderr, ...files].join('\n');
}

const LONG = ['flash-sale', '--trials', '100000', '--no-report', '--postgres-url'];

describe('a server that the user names', { timeout: 120_000 }, () => {
  it('gets a schema for the run, loses it afterwards, and its password is told to nobody', async ({
    folder,
  }) => {
    const before = await schemas();
    const words = ['flash-sale', '--trials', '3', '--target', 'postgres/naive,postgres/for-update'];
    const ended = await folder.run([...words, '--postgres-url', url]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/PostgreSQL 18\.\d+ at 127\.0\.0\.1:\d+/);
    expect(ended.stdout).toContain('✔ postgres/for-update holds');
    expect(allText(folder, ended)).toContain('"server": "by URL"');
    expect(allText(folder, ended)).not.toContain(password);
    expect(await schemas()).toEqual(before);
    expect(folder.left()).toEqual([]);
  });

  it('may be named by the environment', async ({ folder }) => {
    const words = ['flash-sale', '--trials', '2', '--target', 'postgres/naive'];
    const { code, report } = await folder.report(words, { RACE_CHECK_POSTGRES_URL: url });
    expect(report.environment.stores['postgres']).toMatchObject({ server: 'by URL' });
    expect(code).toBe(1);
  });

  it('keeps nothing of a run that is interrupted', async ({ folder }) => {
    const running = await folder.start([...LONG, url]);
    await running.says('postgres/for-update: up to 100,000 trials');
    await until('its schema is there', async () => (await schemas()).length > 0);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(await schemas()).toEqual([]);
    expect(folder.left()).toEqual([]);
  });

  it('is cleaned of what a killed run left by the next one', async ({ folder }) => {
    const running = await folder.start([...LONG, url]);
    await running.says('postgres/for-update: up to 100,000 trials');
    await until('its schema is there', async () => (await schemas()).length > 0);
    running.child.kill('SIGKILL');
    expect((await running.ended).code).toBe(137);
    await until('its workers are gone', () => folder.left().length === 0);
    await until('its sessions are gone too', async () => (await runsAlive()) === 0);
    const left = await schemas();
    expect(left).not.toEqual([]);
    const words = ['flash-sale', '--trials', '2', '--target', 'postgres/naive', '--postgres-url', url];
    expect((await folder.report(words)).code).toBe(1);
    expect(await schemas()).toEqual([]);
  });

  it('is refused before the run where it takes too few connections', async ({ folder }) => {
    const words = ['flash-sale', '--clients', '200', '--postgres-url', url];
    const { code, stderr, report } = await folder.report(words);
    expect(report.targets[0]).toMatchObject({ outcome: 'skipped', store: 'postgres' });
    expect(stderr).toMatch(/postgres\/\S+ is skipped: .*max_connections/);
    expect(code).toBe(3);
    expect(await schemas()).toEqual([]);
  });

  it('is refused with a wrong password, which is not repeated', async ({ folder }) => {
    const ended = await folder.run(['flash-sale', '--postgres-url', url.replace(password, 'a-wrong-guess')]);
    expect(ended.stderr).toMatch(/refused the password of the user "\w+"\. Correct the user or the password/);
    expect(ended.code).toBe(3);
    expect(allText(folder, ended)).not.toContain('a-wrong-guess');
  });
});

describe.concurrent('a server that cannot be had', { timeout: 120_000 }, () => {
  /** Nothing listens on the first port. */
  const NOWHERE = 'postgres://me:top-secret@127.0.0.1:1/shop';

  it('is no verdict: exit code 3, and the reason without the password', async ({ folder }) => {
    const ended = await folder.run(['flash-sale', '--postgres-url', NOWHERE]);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/postgres\/\S+ is skipped: Nothing listens at 127\.0\.0\.1:1\. Start/);
    expect(ended.stdout).toMatch(/postgres\/for-update +skipped/);
    expect(allText(folder, ended)).not.toContain('top-secret');
  });

  it('is told beside targets that need it not, and fails the run, since it was named', async ({ folder }) => {
    const words = ['compare', 'flash-sale', '--target', 'memory/mutex,postgres/for-update', '--trials', '2'];
    const { code, stderr, report } = await folder.report([...words, '--postgres-url', NOWHERE]);
    expect(judged(report, 'memory/mutex').verdict).toBe('holds');
    expect(report.targets).toContainEqual(
      expect.objectContaining({ id: 'postgres/for-update', outcome: 'skipped', store: 'postgres' }),
    );
    expect(stderr).toMatch(/postgres\/\S+ is skipped: Nothing listens at 127\.0\.0\.1:1\. Start/);
    expect(code).toBe(3);
  });

  it('fails the run with RACE_CHECK_REQUIRE', async ({ folder }) => {
    const words = ['flash-sale', '--target', 'memory/mutex,postgres/for-update', '--trials', '2'];
    const { code, report } = await folder.report([...words, '--postgres-url', NOWHERE], {
      RACE_CHECK_REQUIRE: 'postgres',
    });
    expect(judged(report, 'memory/mutex').verdict).toBe('holds');
    expect(code).toBe(3);
  });

  it('is not even connected to where it is another machine, without --allow-remote', async ({ folder }) => {
    let connections = 0;
    const listener = net.createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const { port } = listener.address() as net.AddressInfo;
    // No loopback address, yet it leads here.
    const words = [
      'flash-sale',
      '--no-report',
      '--postgres-url',
      `postgres://me:top-secret@0.0.0.0:${port}/shop`,
    ];
    try {
      const refused = await folder.run(words);
      expect(refused.stderr).toContain('leads to 0.0.0.0, which is not this machine');
      expect(refused.stderr).toContain('add --allow-remote');
      expect(refused.code).toBe(4);
      expect(connections).toBe(0);
      const allowed = await folder.run([...words, '--allow-remote']);
      expect(allowed.code).toBe(3);
      expect(connections).toBeGreaterThan(0);
      expect(JSON.stringify([refused, allowed])).not.toContain('top-secret');
    } finally {
      listener.close();
    }
  });

  it('is named with all other mistakes where it cannot be used, before anything is started', async ({
    folder,
  }) => {
    const urls = { RACE_CHECK_MONGODB_URL: 'http://me:top-secret@localhost/', RACE_CHECK_REDIS_URL: '' };
    const words = ['flash-sale', '--trials', 'many', '--postgres-url', 'postgres://db.example/shop'];
    const ended = await folder.run(words, urls);
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('expected a whole number for --trials, got "many"');
    expect(ended.stderr).toContain('The PostgreSQL URL leads to db.example, which is not this machine.');
    expect(ended.stderr).toContain('The MongoDB URL cannot be used: it begins with "http://"');
    expect(allText(folder, ended)).not.toContain('top-secret');
    const typo = await folder.run(['flash-sail', '--redis-url', 'redis://cache.example']);
    expect(typo.code).toBe(4);
    expect(typo.stderr).toContain('The Redis URL leads to cache.example');
    expect(typo.stderr).toContain('flash-sale');
    const explored = await folder.run([
      'explore',
      'flash-sale',
      '--postgres-url',
      'postgres://db.example/shop',
    ]);
    expect(explored.code).toBe(4);
  });

  it('is no obstacle where no target is on its store, unless it makes no sense', async ({ folder }) => {
    const words = ['flash-sale', '--target', 'memory/mutex', '--trials', '1', '--start', 'simultaneous'];
    const elsewhere = await folder.run(words, { RACE_CHECK_REDIS_URL: 'redis://cache.example' });
    expect(elsewhere.stderr).not.toContain('cache.example');
    expect(elsewhere.code).not.toBe(4);
    expect((await folder.run(words, { RACE_CHECK_REDIS_URL: 'cache.example' })).code).toBe(4);
  });
});
