import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Reaper } from '../../process/reaper.js';
import { findBinaries, linkLibraries, reachableBinaries } from './binaries.js';
import { initData } from './init-data.js';
import { startPostmaster } from './postmaster.js';
import { runFolderPath, serverUser } from './server-user.js';

/** A server as somebody else may run one: passwords by SCRAM, roles and databases of all sorts. */
export interface ScramServer {
  readonly port: number;
  /** As superuser, one statement after another, in the database `shop`. */
  asSuperuser(...statements: string[]): Promise<Record<string, unknown>[]>;
  /** From now on it offers TLS, with a certificate of its own making. Needs the program `openssl`. */
  encrypt(): Promise<void>;
  stop(): Promise<void>;
}

export const MAX_CONNECTIONS = 30;

/** Starts it with the database `shop`, its owner `owner`, and no other role; every password is `right password`. */
export async function startScramServer(reaper: Reaper): Promise<ScramServer> {
  const user = serverUser();
  const folder = runFolderPath(user) ?? '';
  reaper.guardFolder(folder);
  fs.mkdirSync(folder);
  fs.chmodSync(folder, 0o711);
  const binaries = reachableBinaries(await findBinaries(), user, reaper);
  const env = { LC_ALL: 'C', ...linkLibraries(binaries, path.join(folder, 'lib')) };
  const place = { binaries, user, env, reaper };
  const data = path.join(folder, 'data');
  await initData(data, place);
  fs.writeFileSync(
    path.join(data, 'pg_hba.conf'),
    'host all postgres 127.0.0.1/32 trust\nhost all outsider 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n',
  );
  const postmaster = await startPostmaster(data, path.join(folder, 'server.log'), MAX_CONNECTIONS, place);
  const run = async (database: string, statements: readonly string[]) => {
    const client = new Client({
      host: '127.0.0.1',
      port: postmaster.port,
      user: 'postgres',
      database,
    });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) ({ rows } = await client.query(statement));
      return rows;
    } finally {
      await client.end();
    }
  };
  await run('postgres', [
    "create role owner login password 'right password'",
    'create database shop owner owner template postgres',
  ]);
  return {
    port: postmaster.port,
    asSuperuser: (...statements) => run('shop', statements),
    encrypt: async () => {
      const made = spawnSync(
        'openssl',
        [
          ...['req', '-new', '-x509', '-days', '1', '-nodes', '-subj', '/CN=localhost'],
          ...['-newkey', 'rsa:2048', '-out', 'server.crt', '-keyout', 'server.key'],
        ],
        { cwd: data, encoding: 'utf8' },
      );
      if (made.status !== 0) throw new Error(made.stderr);
      for (const file of ['server.crt', 'server.key']) {
        fs.chmodSync(path.join(data, file), 0o600);
        if (user) fs.chownSync(path.join(data, file), user.uid, user.gid);
      }
      await run('shop', ['alter system set ssl = on', 'select pg_reload_conf()']);
      while ((await run('shop', ['show ssl']))[0]?.['ssl'] !== 'on') await wait(20);
    },
    stop: async () => {
      await postmaster.end();
      fs.rmSync(folder, { recursive: true, force: true });
      reaper.release(folder);
    },
  };
}
