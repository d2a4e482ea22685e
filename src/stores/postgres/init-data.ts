import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Reaper } from '../../process/reaper.js';
import { StoreUnavailable } from '../store.js';
import type { Binaries } from './binaries.js';
import type { ServerUser } from './server-user.js';

/** The role of a run: owner of its database, and no superuser. */
export const RUN_ROLE = 'race_check';
export const RUN_DATABASE = 'postgres';

/** Where and as whom the server's programs run. */
export interface ServerPlace {
  readonly binaries: Binaries;
  readonly user: ServerUser | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly reaper: Reaper;
}

/**
 * Other users of this machine can reach the port. So only the run's role is let in, with a password, and not the superuser,
 * who could run programs as our user. The verifier is made with one iteration, and the password sent as it is, over
 * loopback: 0.3 ms a connection, where SCRAM takes 1.4.
 */
const HBA = `host ${RUN_DATABASE} ${RUN_ROLE} 127.0.0.1/32 password\n`;

/**
 * A run may say for each session how soon it looks for a deadlock, and be told who waits: that needs no superuser.
 *
 * The two template databases are two thirds of the files that each run would copy, and nobody makes a database here. */
const STATEMENTS = (password: string) => [
  `create role ${RUN_ROLE} login password '${password}'`,
  `alter database ${RUN_DATABASE} owner to ${RUN_ROLE}`,
  `grant set on parameter deadlock_timeout, log_lock_waits to ${RUN_ROLE}`,
  'alter database template0 is_template false',
  'alter database template1 is_template false',
  'drop database template0',
  'drop database template1',
];

/** Shared memory is kept in the data folder: in its usual place it would outlive a server that is killed. */
const NO_SHARED_FILES = 'dynamic_shared_memory_type=mmap';

/** Makes a data folder from nothing (about a second) and returns the role's password. Rejects with `StoreUnavailable`. */
export async function initData(data: string, place: ServerPlace): Promise<string> {
  const password = randomBytes(16).toString('hex');
  const { binaries, user } = place;
  fs.mkdirSync(data, { mode: 0o700 });
  if (user) chownOrExplain(data, user);
  await run(place, binaries.initdb, [
    ...['-D', data, '-U', 'postgres', '-A', 'reject', '-E', 'UTF8', '--locale=C'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...['--no-sync', '--no-instructions', '--wal-segsize=1', '-c', NO_SHARED_FILES],
  ]);
  fs.writeFileSync(path.join(data, 'pg_hba.conf'), HBA);
  const single = [
    ...['--single', '-D', data, '-j'],
    ...['-c', 'fsync=off', '-c', 'scram_iterations=1', '-c', NO_SHARED_FILES],
    RUN_DATABASE,
  ];
  const input = STATEMENTS(password)
    .map((statement) => `${statement};\n\n`)
    .join('');
  const said = await run(place, binaries.postgres, single, input);
  // The standalone server goes on after an error, and ends well.
  if (/(ERROR|FATAL|PANIC):/.test(said)) {
    throw failed(binaries.postgres, said.replaceAll(password, '***'));
  }
  removeSpareSegments(data);
  return password;
}

/**
 * After a clean shutdown the server starts from the first segment of its log; those behind it were kept for their space, and
 * are half of what each run would copy.
 */
function removeSpareSegments(data: string): void {
  const log = path.join(data, 'pg_wal');
  const segments = fs.readdirSync(log).filter((name) => /^[0-9A-F]{24}$/.test(name));
  for (const spare of segments.sort().slice(1)) fs.rmSync(path.join(log, spare));
}

/** Runs a program to its end. */
function run(place: ServerPlace, program: string, args: readonly string[], input = ''): Promise<string> {
  const { user, env, reaper } = place;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...user,
      env,
      cwd: path.parse(program).root,
      stdio: 'pipe',
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) reaper.guardProcess(pid, 'SIGTERM');
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    }
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => reject(failed(program, error.message)));
    child.on('close', (status) => {
      if (pid !== undefined) reaper.release(pid);
      if (status === 0) resolve(said);
      else reject(failed(program, said));
    });
  });
}

function chownOrExplain(folder: string, { uid, gid }: ServerUser): void {
  try {
    fs.chownSync(folder, uid, gid);
  } catch (error) {
    throw new StoreUnavailable(
      'postgres',
      `PostgreSQL refuses to run as root, and this root may not act for another user (${uid}).`,
      'Run as an ordinary user, or name a server with --postgres-url',
      { cause: error },
    );
  }
}

/** The last lines are where a program says what went wrong. */
export function failed(program: string, said: string): StoreUnavailable {
  const nameless = /could not look up effective user/.test(said);
  const lines = said.trim().split('\n').slice(-8).join('\n');
  return new StoreUnavailable(
    'postgres',
    `The embedded PostgreSQL could not be started: ${path.basename(program)} said\n${lines || '(nothing)'}`,
    nameless
      ? 'Run as a user that has a name in /etc/passwd, or name a server with --postgres-url'
      : 'Name a server of your own with --postgres-url',
  );
}
