import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReaper } from '../../process/reaper.js';
import { type StoreNamespace, type StoreRequest, type StoreServer, StoreUnavailable } from '../store.js';
import { startBetween } from './between.fixture.js';
import { parseRunName, runName } from '../run-name.js';
import { lockKey } from './lock-key.js';
import { MAX_CONNECTIONS, type ScramServer, startScramServer } from './scram-server.fixture.js';
import { openPostgres } from './server.js';
import { openClient } from './test-context.fixture.js';

const reaper = openReaper();
const opened: StoreServer[] = [];
let scram: ScramServer;

beforeAll(async () => {
  scram = await startScramServer(reaper);
});
afterAll(async () => {
  await Promise.all(opened.map((server) => server.stop()));
  await scram?.stop();
  reaper.close();
});

interface UrlParts {
  readonly user?: string;
  readonly password?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly query?: string;
}

const PASSWORD = 'right password';

function urlOf({ user, password, host, port, database, query }: UrlParts = {}): string {
  const login = [user ?? 'owner', encodeURIComponent(password ?? PASSWORD)].join(':');
  return `postgres://${login}@${host ?? '127.0.0.1'}:${port ?? scram.port}/${database ?? 'shop'}${query ?? ''}`;
}

async function open(parts?: UrlParts, more: Partial<StoreRequest> = {}): Promise<StoreServer> {
  const server = await openPostgres({
    url: urlOf(parts),
    allowRemote: false,
    runId: '7f3a91',
    connections: 5,
    reaper,
    ...more,
  });
  opened.push(server);
  return server;
}

async function refused(parts: UrlParts, more: Partial<StoreRequest> = {}): Promise<StoreUnavailable> {
  try {
    await open(parts, more);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnavailable);
    const refusal = error as StoreUnavailable;
    expect(`${refusal.message} ${refusal.remedy}`).not.toContain(parts.password ?? PASSWORD);
    expect(refusal.remedy).not.toBe('');
    return refusal;
  }
  throw new Error('It was not refused.');
}

const schemas = async () =>
  (
    await scram.asSuperuser(
      "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema') order by 1",
    )
  ).map((row) => String(row['nspname']));

describe('a server by URL', () => {
  it('gets a schema for each namespace, which only its own run touches and which are gone after stop', async () => {
    const before = await schemas();
    const server = await open();
    expect(server.description).toMatch(/^PostgreSQL 18\.\d+ at 127\.0\.0\.1:\d+$/);
    expect(server.environment).toMatchObject({ clientPorts: 'visible', deadlockTimeout: '20ms' });
    const [one, two] = [await server.namespace(), await server.namespace()];
    const { session } = await openClient(one.address);
    await session.query('create table product (id int)');
    await session.end();
    expect(await schemas()).toEqual([...before, one.address.namespace, two.address.namespace].sort());
    expect(one.address.namespace.length).toBeLessThanOrEqual(63);
    await one.drop();
    expect(await schemas()).toEqual([...before, two.address.namespace].sort());
    await server.stop();
    expect(await schemas()).toEqual(before);
  });

  it('is cleaned although a client still holds a lock in there', async () => {
    const server = await open();
    const { address } = await server.namespace();
    const { session } = await openClient(address);
    await session.query('create table product (id int)');
    await session.query('begin');
    await session.query('lock table product');
    await server.stop();
    expect(await schemas()).not.toContain(address.namespace);
  });

  it('is left without what a killed run of this host made, and with everything else', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    const mine = runName('7f3a91');
    const name = (changed: Partial<Record<'host' | 'pid' | 'start', string | number>>, run = 'aaaaaa') => {
      const { host, pid, start } = { ...mine, ...changed };
      return `race_check_${run}_${host}_${pid}_${start}_1`;
    };
    const killed = name({ pid: dead.pid ?? 0 });
    const numberReused = name({ start: '00000000' });
    const locked = name({ pid: dead.pid ?? 0, start: '11111111' });
    const alive = name({});
    const elsewhere = name({ pid: dead.pid ?? 0, host: '00000000' });
    const notOurs = ['race_check_demo', 'shop_data', `${killed}_backup`];
    const all = [killed, numberReused, locked, alive, elsewhere, ...notOurs];
    const { address } = await (await open()).namespace();
    await scram.asSuperuser(
      ...all.flatMap((schema) => [
        `create schema "${schema}" authorization owner`,
        `create table "${schema}".product (id int)`,
      ]),
    );
    const { session } = await openClient({ ...address, namespace: locked });
    await session.query('select pg_advisory_lock($1)', [lockKey(parseRunName(locked) ?? mine)]);

    await open();

    const left = await schemas();
    expect(left).not.toContain(killed);
    expect(left).not.toContain(numberReused);
    expect(left).toEqual(expect.arrayContaining([locked, alive, elsewhere, ...notOurs]));
    await session.end();
    await scram.asSuperuser(
      ...[locked, alive, elsewhere, ...notOurs].map((schema) => `drop schema "${schema}" cascade`),
    );
  });

  it('takes localhost for loopback', async () => {
    const server = await open({ host: 'localhost' });
    expect((await server.namespace()).address.host).toBe('127.0.0.1');
  });

  it('is used without encryption when the URL only prefers it and there is none', async () => {
    const server = await open({ query: '?sslmode=prefer' });
    expect((await server.namespace()).address.tls).toBe('off');
  });
});

describe('what is said before the run', () => {
  beforeAll(async () => {
    await scram.asSuperuser(
      `create role visitor login password '${PASSWORD}'`,
      `create role reader login password '${PASSWORD}'`,
      'grant create on database shop to reader',
      'alter role reader set default_transaction_read_only = on',
      `create role few login password '${PASSWORD}' connection limit 4`,
      'grant create on database shop to few',
      `create role outsider login password '${PASSWORD}'`,
    );
  });

  it('a wrong password, or none', async () => {
    expect((await refused({ password: 'wrong' })).message).toContain(
      'refused the password of the user "owner"',
    );
    const none = await openPostgres({
      url: `postgres://owner@127.0.0.1:${scram.port}/shop`,
      allowRemote: false,
      runId: 'a',
      connections: 1,
      reaper,
    }).catch((error: unknown) => error);
    expect(none).toBeInstanceOf(StoreUnavailable);
    expect(none).toMatchObject({ message: expect.stringContaining('asks for a password') as string });
  });

  it('a user who is not let in', async () => {
    expect((await refused({ user: 'outsider' })).message).toContain('does not let the user "outsider" in');
  });

  it('a port where nothing listens, and one where something else does', async () => {
    const probe = net.createServer((socket) => socket.resume().end('hello\n')).listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as net.AddressInfo;
    expect((await refused({ port })).message).toContain(`127.0.0.1:${port}`);
    probe.close();
    expect((await refused({ port: 1 })).message).toBe('Nothing listens at 127.0.0.1:1.');
  });

  it('a host that does not exist', async () => {
    expect((await refused({ host: 'nowhere.invalid' }, { allowRemote: true })).message).toContain(
      'no host "nowhere.invalid"',
    );
  });

  it('a host that is not this machine, without a word to it', async () => {
    const { message, remedy } = await refused({ host: 'db.example.com' });
    expect(message).toContain('db.example.com');
    expect(remedy).toContain('--allow-remote');
  });

  it('a database that does not exist', async () => {
    expect((await refused({ database: 'shopp' })).message).toContain('no database "shopp"');
  });

  it('a server that does not encrypt although the URL asks for it', async () => {
    expect((await refused({ query: '?sslmode=require' })).message).toContain('offers no encryption');
  });

  it('a missing right to make schemas, with the statement that grants it', async () => {
    const { message, remedy } = await refused({ user: 'visitor' });
    expect(message).toContain('may not create a schema');
    await scram.asSuperuser(remedy.replace(/^[^:]*: /, ''));
    await open({ user: 'visitor' });
  });

  it('sessions that cannot write', async () => {
    expect((await refused({ user: 'reader' })).message).toContain('read-only');
  });

  it('too few connections at the server, for the user, and for the database', async () => {
    const many = await refused({}, { connections: MAX_CONNECTIONS });
    expect(many.message).toMatch(
      new RegExp(
        `need ${MAX_CONNECTIONS} connections .* max_connections is ${MAX_CONNECTIONS}, 3 of them reserved`,
      ),
    );
    expect(many.remedy).toContain('raise max_connections');

    const few = await refused({ user: 'few' }, { connections: 4 });
    expect(few.message).toContain('3 are left: the user "few" may have 4, 1 in use');
    await (await open({ user: 'few' }, { connections: 3 })).stop();

    const [used] = await scram.asSuperuser(
      "select count(*)::int from pg_stat_activity where datname = 'shop' and pid <> pg_backend_pid()",
    );
    const limit = Number(used?.['count']) + 3;
    await scram.asSuperuser(`alter database shop connection limit ${limit}`);
    const database = await refused({}, { connections: 8 });
    await scram.asSuperuser('alter database shop connection limit -1');
    // A session that was counted may have been about to end.
    const [, left, inUse] =
      /(\d+) are left: the database "shop" may have \d+, (\d+) in use/.exec(database.message) ?? [];
    expect(Number(left) + Number(inUse), database.message).toBe(limit);
    expect(Number(left), database.message).toBeGreaterThanOrEqual(2);
  });

  it('a user whose connections are all taken', async () => {
    await scram.asSuperuser('alter role few connection limit 0');
    expect((await refused({ user: 'few' })).message).toContain('no connection left');
    await scram.asSuperuser('alter role few connection limit 4');
  });

  it('a pooler', async () => {
    const pooler = await startBetween(scram.port, 'pooler');
    expect((await refused({ port: pooler.port })).message).toContain('connection pooler');
    pooler.close();
  });
});

describe('sessions', () => {
  let namespace: StoreNamespace;
  beforeAll(async () => {
    namespace = await (await open()).namespace();
    const { session } = await openClient(namespace.address);
    await session.query('create table product (id int)');
    await session.end();
  });

  const client = (number: number) => openClient(namespace.address, number);
  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => 'it went on',
      (error: unknown) => (error instanceof Error ? error.message : error),
    );

  it('that hold a transaction are told, with their last statement, and no others', async () => {
    const [idle, open, failed, stranger] = await Promise.all([0, 1, 2, 3].map(client));
    if (!idle || !open || !failed || !stranger) throw new Error('no clients');
    await open.session.query('begin');
    await open.session.query('insert into product values (1)');
    await failed.session.query('begin');
    await failed.session.query('select 1/0').catch(() => undefined);
    await stranger.session.query('begin');

    const told = await namespace.openTransactions([idle.connection, open.connection, failed.connection]);

    expect(told).toEqual([
      {
        client: 1,
        process: 1,
        state: 'idle in transaction',
        lastStatement: 'insert into product values (1)',
      },
      { client: 2, process: 2, state: 'idle in transaction (aborted)', lastStatement: 'select 1/0' },
    ]);
    for (const { session } of [idle, open, failed, stranger]) await session.end();
  });

  it('are ended whatever they do, and their writes never appear', async () => {
    const [sleeping, waiting, untouched] = await Promise.all([0, 1, 2].map(client));
    if (!sleeping || !waiting || !untouched) throw new Error('no clients');
    const running = async () =>
      (await scram.asSuperuser("select from pg_stat_activity where wait_event = 'PgSleep'")).length;
    const asleep = rejection(
      sleeping.session.query('with slow as (select pg_sleep(60)) insert into product select 7 from slow'),
    );
    await waiting.session.query('begin');
    await waiting.session.query('insert into product values (7)');
    while ((await running()) === 0) await wait(10);
    sleeping.cut();
    expect(await asleep).not.toBe('it went on');
    expect(await running()).toBe(1);

    expect(await namespace.endSessions([sleeping.connection, waiting.connection])).toEqual([]);

    expect(await running()).toBe(0);
    expect(await rejection(waiting.session.query('commit'))).toMatch(/terminat|not queryable|closed/);
    const { rows } = await untouched.session.query('select from product where id = 7');
    expect(rows).toEqual([]);
    expect(await namespace.endSessions([sleeping.connection])).toEqual([]);
    await untouched.session.end();
  });

  it('behind a tunnel are known by their names, and one without a name is not said to be gone', async () => {
    const tunnel = await startBetween(scram.port, 'tunnel');
    const server = await open({ port: tunnel.port });
    expect(server.environment).toMatchObject({ clientPorts: 'hidden' });
    const behind = await server.namespace();
    const { session, connection } = await openClient(behind.address);
    const anonymous = { client: 1, process: 1, localPort: 1 };
    await session.query('begin');
    expect(await behind.openTransactions([connection, anonymous])).toMatchObject([{ client: 0 }]);
    expect(await behind.endSessions([connection, anonymous])).toEqual([anonymous]);
    await expect(session.query('commit')).rejects.toThrow();
    await server.stop();
    tunnel.close();
  });

  it('get their search path also where start-up options are refused', async () => {
    const strict = await startBetween(scram.port, 'strict');
    const { session } = await openClient({ ...namespace.address, port: strict.port });
    const { rows } = await session.query('select current_schema() as schema');
    expect(rows).toEqual([{ schema: namespace.address.namespace }]);
    await session.end();
    strict.close();
  });

  it('cannot be shown to be gone when the server does not answer', async () => {
    const tunnel = await startBetween(scram.port, 'tunnel');
    const server = await open({ port: tunnel.port });
    const behind = await server.namespace();
    const connection = { client: 0, process: 0, localPort: 1 };
    expect(await server.trouble()).toBeUndefined();
    tunnel.close();
    expect(await behind.endSessions([connection])).toEqual([connection]);
    expect(await server.trouble()).toMatchObject({ isGone: true });
    await expect(server.stop()).rejects.toThrow(/Run by hand: drop schema/);
    await expect(server.stop()).resolves.toBeUndefined();
    await scram.asSuperuser(`drop schema "${behind.address.namespace}" cascade`);
  });
});

const openssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!openssl)('a server with a certificate that nobody vouches for', () => {
  beforeAll(async () => {
    await scram.encrypt();
  });

  it('is not trusted where the URL asks for a check, and says how to go without one', async () => {
    const { message, remedy } = await refused({ query: '?sslmode=require' });
    expect(message).toContain('certificate');
    expect(remedy).toContain('sslmode=no-verify');
  });

  it.each(['no-verify', 'prefer'])('is talked to in secret with sslmode %s', async (mode) => {
    const server = await open({ query: `?sslmode=${mode}` });
    const { address } = await server.namespace();
    expect(address.tls).toBe('no-verify');
    const { session, connection } = await openClient(address);
    const { rows } = await session.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: true }]);
    await session.query('begin');
    expect(await (await server.namespace()).openTransactions([connection])).toHaveLength(1);
    await session.end();
  });
});
