import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoreAddress } from '../../core/context.js';
import { openReaper } from '../../process/reaper.js';
import type { StoreRequest, StoreServer } from '../store.js';
import { binariesMovedTo, findBinaries, linkLibraries, reachableBinaries } from './binaries.js';
import { readTemplate } from './data-template.js';
import { initData } from './init-data.js';
import { openPostgres } from './server.js';
import { canUse, serverUser } from './server-user.js';
import { openClient } from './test-context.fixture.js';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const fixture = fileURLToPath(new URL('open-store.fixture.ts', import.meta.url));
const isRoot = process.geteuid?.() === 0;

const reaper = openReaper();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'embedded-test-'));
fs.chmodSync(scratch, 0o755);
afterAll(() => {
  reaper.close();
  fs.rmSync(scratch, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

const request: StoreRequest = {
  url: undefined,
  allowRemote: false,
  runId: '7f3a91',
  connections: 5,
  reaper,
};

/** A new folder, also as the place of temporary files: what a run leaves can be seen there. */
function newFolder(name: string, mode = 0o755): string {
  const folder = fs.mkdtempSync(path.join(scratch, `${name}-`));
  fs.chmodSync(folder, mode);
  return folder;
}

/** What runs left in a place for temporary files; a transpiler's cache is none of it. */
const foldersOf = (temporary: string) => fs.readdirSync(temporary).filter((name) => name !== 'jiti');

/** Command lines that name a path. */
function processesIn(folder: string): string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.some((word) => word.startsWith(folder)) ? [words.join(' ')] : [];
      } catch {
        return [];
      }
    });
}

async function until(condition: () => boolean, withinMs = 20_000): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await wait(20);
  }
  return true;
}

describe('an embedded PostgreSQL', () => {
  let server: StoreServer;
  beforeAll(async () => {
    server = await openPostgres(request);
  });
  afterAll(() => server?.stop());

  it('is a real server, and says what could change a result', () => {
    expect(server.description).toMatch(/^PostgreSQL 18\.\d+, embedded$/);
    expect(server.environment).toMatchObject({
      defaultIsolation: 'read committed',
      deadlockTimeout: '20ms',
      fsync: 'off',
      synchronousCommit: 'on',
    });
    expect(Number(server.environment['maxConnections'])).toBeGreaterThanOrEqual(request.connections + 4);
  });

  it('gives namespaces that do not see each other', async () => {
    const [one, other] = await Promise.all([server.namespace(), server.namespace()]);
    const first = await openClient(one.address);
    const second = await openClient(other.address);
    await first.session.query('create table product (id int)');
    await expect(second.session.query('select from product')).rejects.toMatchObject({ code: '42P01' });
    await one.drop();
    await expect(first.session.query('select from product')).rejects.toMatchObject({ code: '42P01' });
    await other.drop();
    await first.session.end();
    await second.session.end();
  });

  it('keeps the search path through DISCARD ALL', async () => {
    const namespace = await server.namespace();
    const { session } = await openClient(namespace.address);
    await session.query('discard all');
    const { rows } = await session.query('select current_schema() as schema');
    expect(rows).toEqual([{ schema: namespace.address.namespace }]);
    await session.end();
  });

  it('lets all its clients in at once', async () => {
    const namespace = await server.namespace();
    const clients = await Promise.all(
      Array.from({ length: request.connections }, (_, client) => openClient(namespace.address, client)),
    );
    expect(new Set(clients.map(({ connection }) => connection.localPort)).size).toBe(request.connections);
    await Promise.all(clients.map(({ session }) => session.end()));
  });

  it('lets nobody in without the password of this user, and the superuser not at all', async () => {
    const { address } = await server.namespace();
    const attempt = (login: Partial<StoreAddress>) => openClient({ ...address, ...login });
    await expect(attempt({ password: 'guessed' })).rejects.toMatchObject({ code: '28P01' });
    await expect(attempt({ user: 'postgres' })).rejects.toMatchObject({ code: '28000' });
  });
});

describe('the life of an embedded server', () => {
  it('ends with stop: no process, no folder, and its log where it was asked for', async () => {
    const temporary = newFolder('tmp');
    vi.stubEnv('TMPDIR', temporary);
    const server = await openPostgres(request);
    const { address } = await server.namespace();
    expect(processesIn(temporary)).not.toEqual([]);
    expect(await server.trouble()).toBeUndefined();
    const client = await openClient(address);
    await client.session.query('select 1 from nowhere').catch(() => undefined);

    const log = path.join(newFolder('log'), 'kept', 'server.log');
    await server.stop(log);

    expect(processesIn(temporary)).toEqual([]);
    expect(foldersOf(temporary)).toEqual([]);
    expect(fs.readFileSync(log, 'utf8')).toContain('relation "nowhere" does not exist');
    expect(await server.trouble()).toMatchObject({ isGone: true });
    // It was not waited for in vain, and killed, although a client is still connected.
    expect(fs.readFileSync(log, 'utf8')).toContain('database system is shut down');
    await server.stop(log);
  });

  it('is noticed to be over when somebody kills it', async () => {
    const temporary = newFolder('tmp');
    vi.stubEnv('TMPDIR', temporary);
    const server = await openPostgres(request);
    await server.namespace();
    const pidFile = path.join(temporary, foldersOf(temporary)[0] ?? '', 'data', 'postmaster.pid');
    process.kill(Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGINT');
    expect(await until(() => processesIn(temporary).length === 0)).toBe(true);
    expect(await server.trouble()).toMatchObject({ isGone: true });
    await server.stop();
    expect(foldersOf(temporary)).toEqual([]);
  });

  it(
    'starts twice at once from an empty cache, and leaves one template there, which is made again when it is damaged',
    { timeout: 90_000 },
    async () => {
      const cache = newFolder('cache');
      vi.stubEnv('XDG_CACHE_HOME', cache);
      const servers = await Promise.all([openPostgres(request), openPostgres(request)]);
      const addresses = await Promise.all(servers.map(async (server) => (await server.namespace()).address));
      expect(new Set(addresses.map(({ port }) => port)).size).toBe(2);
      for (const address of addresses) await (await openClient(address)).session.end();
      await Promise.all(servers.map((server) => server.stop()));
      const left = fs.readdirSync(path.join(cache, 'race-check'));
      expect(left).toEqual([expect.stringMatching(/^postgres-.*\.template$/)]);

      const template = path.join(cache, 'race-check', left[0] ?? '');
      expect(fs.statSync(template).mode & 0o077).toBe(0);

      // Of the right length, so that only the server can tell.
      const whole = fs.readFileSync(template);
      const scrambled = Buffer.from(whole);
      scrambled.fill(0x5a, whole.indexOf('\n') + 1);
      fs.writeFileSync(template, scrambled);
      const server = await openPostgres(request);
      expect(await server.trouble()).toBeUndefined();
      await server.stop();
      expect(fs.readFileSync(template).equals(scrambled)).toBe(false);

      expect(readTemplate(template)).toBeDefined();
      fs.writeFileSync(template, whole.subarray(0, whole.length / 2));
      expect(readTemplate(template)).toBeUndefined();
    },
  );

  it('works without a cache that it could write to', async () => {
    const file = path.join(newFolder('cache'), 'a-file');
    fs.writeFileSync(file, '');
    vi.stubEnv('XDG_CACHE_HOME', file);
    const server = await openPostgres(request);
    expect(await server.trouble()).toBeUndefined();
    await server.stop();
  });
});

describe('the binaries of an embedded server', () => {
  it('work without the links that an install script would have made, and nothing is written beside them', async () => {
    const installed = await findBinaries();
    const folder = newFolder('native');
    const copy = path.join(folder, 'native');
    fs.cpSync(installed.native, copy, {
      recursive: true,
      filter: (source) => !source.endsWith('.a') && !fs.lstatSync(source).isSymbolicLink(),
    });
    const user = serverUser();
    const binaries = binariesMovedTo(copy, installed);
    if (process.platform === 'linux') expect(binaries.missingLinks.length).toBeGreaterThan(5);
    const listed = fs.readdirSync(path.join(copy, 'lib'));
    const env = linkLibraries(binaries, path.join(folder, 'links'));
    await initData(path.join(folder, 'data'), { binaries, user, env, reaper });
    expect(fs.existsSync(path.join(folder, 'data', 'PG_VERSION'))).toBe(true);
    expect(fs.readdirSync(path.join(copy, 'lib'))).toEqual(listed);

    if (!isRoot) return;
    // The same folder, closed to everybody but root.
    fs.chmodSync(folder, 0o700);
    vi.stubEnv('XDG_CACHE_HOME', newFolder('cache'));
    expect(canUse(user, binaries.postgres, 0o1)).toBe(false);
    const reachable = reachableBinaries(binaries, user, reaper);
    expect(canUse(user, reachable.postgres, 0o1)).toBe(true);
    expect(reachableBinaries(binaries, user, reaper).native).toBe(reachable.native);
  });
});

/** A transpiler and a server have to start, perhaps beside many others. */
const START_MS = 90_000;

describe('a run in a process of its own', () => {
  function start(mode: string, env: Record<string, string>, ids: { uid?: number; gid?: number } = {}) {
    const child = spawn(process.execPath, ['--import', 'jiti/register', fixture, mode], {
      cwd: project,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], ...env },
      ...ids,
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
    const line = async (): Promise<string> => {
      expect(await until(() => printed.includes('\n') || child.exitCode !== null, START_MS)).toBe(true);
      return printed.trim();
    };
    return { child, line };
  }

  /** Temporary files and cache for it alone; an ordinary user's when we are root. */
  function places(uid?: number) {
    const [temporary, cache] = [newFolder('tmp'), newFolder('cache')];
    // Transpiled once for all of them.
    fs.mkdirSync(path.join(os.tmpdir(), 'jiti'), { recursive: true });
    fs.symlinkSync(path.join(os.tmpdir(), 'jiti'), path.join(temporary, 'jiti'));
    if (uid !== undefined) for (const place of [temporary, cache]) fs.chownSync(place, uid, uid);
    return { temporary, env: { TMPDIR: temporary, XDG_CACHE_HOME: cache, HOME: '/nonexistent' } };
  }

  it(
    'works for an ordinary user, and leaves nothing when it ends',
    { timeout: START_MS + 30_000 },
    async () => {
      const uid = isRoot ? 65534 : undefined;
      const { temporary, env } = places(uid);
      const { child, line } = start('serve', env, uid === undefined ? {} : { uid, gid: uid });
      const { description, address } = JSON.parse(await line()) as {
        description: string;
        address: StoreAddress;
      };
      expect(description).toContain('embedded');
      const { session } = await openClient(address);
      await session.end();
      child.stdin.end();
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
      expect(foldersOf(temporary)).toEqual([]);
      expect(processesIn(temporary)).toEqual([]);
    },
  );

  it('leaves no server and no folder when it is killed', { timeout: START_MS + 30_000 }, async () => {
    const { temporary, env } = places();
    const { child, line } = start('serve', { TMPDIR: env.TMPDIR, HOME: os.homedir() });
    const { address } = JSON.parse(await line()) as { address: StoreAddress };
    // A client's process may outlive it: its session does not keep the server.
    const { session } = await openClient(address);
    expect(processesIn(temporary)).not.toEqual([]);
    child.kill('SIGKILL');
    expect(await until(() => processesIn(temporary).length === 0)).toBe(true);
    expect(await until(() => foldersOf(temporary).length === 0)).toBe(true);
    await expect(session.query('select 1')).rejects.toThrow();
  });

  it.each(['initdb, the first time', 'the server'])(
    'leaves nothing when it is killed before the reaper was told of %s',
    { timeout: START_MS + 30_000 },
    async (what) => {
      const { temporary, env } = places();
      const warm = { TMPDIR: env.TMPDIR, HOME: os.homedir() };
      const { child, line } = start('die-untold', what === 'the server' ? warm : env);
      expect(await line()).toContain(what === 'the server' ? 'SIGQUIT' : 'SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.signalCode).toBe('SIGKILL');
      expect(
        await until(() => foldersOf(temporary).length === 0 && processesIn(temporary).length === 0),
      ).toBe(true);
      await wait(500);
      expect(foldersOf(temporary)).toEqual([]);
      expect(processesIn(temporary)).toEqual([]);
    },
  );
});
