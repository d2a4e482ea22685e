import fs from 'node:fs';
import path from 'node:path';
import type { Reaper } from '../../process/reaper.js';
import { cacheFolder } from '../cache-folder.js';
import { runName } from '../run-name.js';
import { StoreUnavailable, type StoreRequest, type StoreServer } from '../store.js';
import { processEnd, troubleOf } from '../trouble.js';
import { Admin } from './admin.js';
import { findBinaries, linkLibraries, reachableBinaries } from './binaries.js';
import {
  packTemplate,
  readTemplate,
  TEMPLATE_FORMAT,
  unpackTemplate,
  writeTemplate,
} from './data-template.js';
import { readEnvironment } from './environment.js';
import { initData, RUN_DATABASE, RUN_ROLE, type ServerPlace } from './init-data.js';
import { type Postmaster, startPostmaster } from './postmaster.js';
import { serve } from './serve.js';
import { runFolderPath, serverUser } from './server-user.js';

/** Kept free by the server for superusers (3), and for the store's own session, its successor and a debugger's. */
const RESERVED_CONNECTIONS = 10;

/**
 * A real PostgreSQL of this run alone, from the binaries in an npm package, on a loopback port. Its data are a copy of what
 * `initdb` made once for this user; they are gone with `stop`, or with us. Takes about 0.15 s, the first time about 2 s.
 */
export async function openEmbedded(request: StoreRequest): Promise<StoreServer> {
  const { reaper } = request;
  const user = serverUser();
  const binaries = reachableBinaries(await findBinaries(), user, reaper);
  const folder = runFolderPath(user);
  if (folder === undefined) {
    throw new StoreUnavailable(
      'postgres',
      'There is no temporary folder that the server could use: it must be writable, and open to other users when we are root.',
      'Set TMPDIR to such a folder, or name a server with --postgres-url',
    );
  }
  reaper.guardFolder(folder);
  let started: Started | undefined;
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
    if (user) fs.chmodSync(folder, 0o711);
    const env = { ...baseEnvironment(), ...linkLibraries(binaries, path.join(folder, 'lib')) };
    started = await startOn(folder, request.connections + RESERVED_CONNECTIONS, {
      binaries,
      user,
      env,
      reaper,
    });
    return await serveEmbedded(folder, started, request);
  } catch (error) {
    await started?.postmaster.end();
    removeFolder(folder, reaper);
    throw withoutRoom(error, folder) ?? error;
  }
}

/** Where the folder's disk has no room for the server's data. */
function withoutRoom(error: unknown, folder: string): StoreUnavailable | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!['ENOSPC', 'EDQUOT'].includes(code)) return undefined;
  return new StoreUnavailable(
    'postgres',
    `There is no space left for the server's data in ${path.dirname(folder)}: it needs about 30 MB.`,
    'Make room there, or set TMPDIR to another folder, or name a server with --postgres-url',
    { cause: error },
  );
}

interface Started {
  readonly postmaster: Postmaster;
  readonly password: string;
}

/** From the cached template; where there is none, or the server refuses what came of it, from nothing. */
async function startOn(folder: string, maxConnections: number, place: ServerPlace): Promise<Started> {
  const { binaries, user, reaper } = place;
  const file = path.join(cacheFolder(), `${binaries.key}-${TEMPLATE_FORMAT}.template`);
  const log = path.join(folder, 'server.log');
  const data = path.join(folder, 'data');
  const template = readTemplate(file);
  if (template !== undefined) {
    unpackTemplate(template, data, user);
    try {
      return {
        postmaster: await startPostmaster(data, log, maxConnections, place),
        password: template.password,
      };
    } catch {
      fs.rmSync(file, { force: true });
      fs.rmSync(data, { recursive: true, force: true });
      fs.rmSync(log, { force: true });
    }
  }
  const password = await initData(data, place);
  writeTemplate(file, packTemplate(data, password), reaper);
  return { postmaster: await startPostmaster(data, log, maxConnections, place), password };
}

async function serveEmbedded(folder: string, started: Started, request: StoreRequest): Promise<StoreServer> {
  const { postmaster, password } = started;
  const address = {
    store: 'postgres',
    host: '127.0.0.1',
    port: postmaster.port,
    user: RUN_ROLE,
    password,
    database: RUN_DATABASE,
    namespace: '',
    tls: 'off',
  } as const;
  const admin = new Admin(address, async (session) => {
    await session.query('set client_min_messages = warning');
  });
  const environment = await readEnvironment(admin);
  return serve({
    admin,
    address,
    portsVisible: true,
    prefix: runName(request.runId).prefix,
    description: `PostgreSQL ${environment.version}, embedded`,
    environment: { ...environment, server: 'embedded' },
    endsWithRun: true,
    trouble: () =>
      troubleOf({
        ...{ store: 'postgres', host: address.host, port: address.port },
        ended: () => processEnd(postmaster.ended()),
        ping: () => admin.ping(),
      }),
    end: async (_live, keepLogAt) => {
      admin.destroy();
      await postmaster.end();
      try {
        if (keepLogAt !== undefined) keepLog(path.join(folder, 'server.log'), keepLogAt);
      } finally {
        removeFolder(folder, request.reaper);
      }
    },
  });
}

function keepLog(log: string, keepAt: string): void {
  fs.mkdirSync(path.dirname(keepAt), { recursive: true });
  fs.copyFileSync(log, keepAt);
}

function removeFolder(folder: string, reaper: Reaper): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  reaper.release(folder);
}

/** No variable of ours may change the server (PGDATA, LC_ALL, TZ); Windows' own programs need theirs. */
function baseEnvironment(): Readonly<Record<string, string>> {
  const own = { LC_ALL: 'C', TZ: 'UTC' };
  if (process.platform !== 'win32') return { PATH: '/usr/bin:/bin', ...own };
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('PG'));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...own };
}
