import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { howEnded } from '../../process/how-ended.js';
import { freePort } from '../listening.js';
import { failed, type ServerPlace } from './init-data.js';

/** A running server of our own. */
export interface Postmaster {
  readonly port: number;
  /** How it ended, for people; undefined while it runs. */
  ended(): string | undefined;
  /** Ends it at once, without a checkpoint: nobody starts on its data again. */
  end(): Promise<void>;
}

const READY_MS = 30_000;
const READY_POLL_MS = 2;
/** Somebody may take a port between our probe and the server's start. */
const PORTS_TRIED = 5;
const QUIT_MS = 3_000;

/**
 * Nothing here survives the run, so nothing is made durable. `synchronous_commit` stays on: it decides when COMMIT answers.
 * At PostgreSQL's own `deadlock_timeout` of 1 s each round of a deadlock would take a second. Shared memory that could
 * outlive a killed server is kept in the data folder. All else is as the manual says it is by default.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  cluster_name: 'race-check',
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '128MB',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  dynamic_shared_memory_type: 'mmap',
  deadlock_timeout: '20ms',
  max_prepared_transactions: '64',
  jit: 'off',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %e ',
};

/** Starts a server on a data folder and waits until it takes connections. Rejects with `StoreUnavailable`. */
export async function startPostmaster(
  data: string,
  log: string,
  maxConnections: number,
  place: ServerPlace,
): Promise<Postmaster> {
  let said = '';
  for (let tried = 0; tried < PORTS_TRIED; tried += 1) {
    const port = await freePort();
    const settings = { ...SETTINGS, port: String(port), max_connections: String(maxConnections) };
    const child = launch(data, log, settings, place);
    if (await becomesReady(child, data, port)) {
      return {
        port,
        ended: () => howEnded(child),
        end: () => end(child, place),
      };
    }
    await end(child, place);
    said = fs.readFileSync(log, 'utf8');
    if (!/could not (bind|create any TCP)|in use/i.test(said)) break;
  }
  throw failed(place.binaries.postgres, said);
}

function launch(
  data: string,
  log: string,
  settings: Readonly<Record<string, string>>,
  { binaries, user, env, reaper }: ServerPlace,
): ChildProcess {
  const output = fs.openSync(log, 'a', 0o600);
  try {
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(binaries.postgres, ['-D', data, ...given], {
      ...user,
      env,
      cwd: path.parse(data).root,
      stdio: ['ignore', output, output],
      // Its own session: the terminal's Ctrl-C is for us, and we end it.
      detached: true,
      windowsHide: true,
    });
    if (child.pid !== undefined) reaper.guardProcess(child.pid, 'SIGQUIT');
    child.on('error', (error) => fs.appendFileSync(log, `${error.message}\n`));
    // It must not keep us from ending; the reaper sees to it then.
    child.unref();
    return child;
  } finally {
    fs.closeSync(output);
  }
}

/** The last line of `postmaster.pid` says so, as `pg_ctl` reads it; the port there is the one of this start. */
async function becomesReady(child: ChildProcess, data: string, port: number): Promise<boolean> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline && isRunning(child)) {
    await wait(READY_POLL_MS);
    const lines = readLines(path.join(data, 'postmaster.pid'));
    if (lines[3]?.trim() === String(port) && lines[7]?.trim() === 'ready') return true;
  }
  return false;
}

function readLines(file: string): readonly string[] {
  try {
    return fs.readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && howEnded(child) === undefined;
}

async function end(child: ChildProcess, { reaper }: ServerPlace): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (isRunning(child)) {
    child.ref();
    const gone = once(child, 'exit');
    child.kill('SIGQUIT');
    const late = setTimeout(() => child.kill('SIGKILL'), QUIT_MS);
    await gone;
    clearTimeout(late);
  }
  reaper.release(pid);
}
