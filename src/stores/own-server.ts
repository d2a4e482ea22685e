import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { howEnded } from '../process/how-ended.js';
import type { Reaper } from '../process/reaper.js';
import { tooFewMebibytes } from './free-space.js';
import { freePort, listens } from './listening.js';
import { StoreUnavailable } from './store.js';

/** A server of this run alone, in a folder that is gone with it. */
export interface OwnServer {
  readonly port: number;
  /** How it ended, for people; undefined while it runs. */
  ended(): string | undefined;
  /** Kills it, keeps its log if asked to, and removes its folder: nobody starts on its data again. */
  stop(keepLogAt?: string): Promise<void>;
}

/** How one is started. */
export interface OwnServerPlan {
  readonly store: string;
  /** For people, e.g. `Redis`. */
  readonly product: string;
  /** A flag of the store that names another server instead, e.g. `--redis-url`. */
  readonly urlFlag: string;
  readonly program: string;
  readonly reaper: Reaper;
  /** What the program is given, and files that it wants to find in the folder. */
  prepare(folder: string, port: number): readonly string[];
}

const READY_MS = 30_000;
const READY_POLL_MS = 5;
/** Somebody may take a port between our probe and the server's start. */
const PORTS_TRIED = 5;

/** Starts it and waits until its port answers. Rejects with `StoreUnavailable`, and then leaves nothing. */
export async function startOwnServer(plan: OwnServerPlan): Promise<OwnServer> {
  const folder = path.join(fs.realpathSync(os.tmpdir()), `race-check-${randomBytes(8).toString('hex')}`);
  const log = path.join(folder, 'server.log');
  plan.reaper.guardFolder(folder);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
    for (let tried = 0; tried < PORTS_TRIED; tried += 1) {
      const port = await freePort();
      const child = launch(plan, plan.prepare(folder, port), folder, log);
      if (await answers(child, port)) return serverOf(plan, child, port, folder, log);
      await end(child, plan.reaper);
      if (!/address already in use|in use/i.test(readOrEmpty(log))) break;
    }
    throw notStarted(plan, readOrEmpty(log));
  } catch (error) {
    remove(folder, plan.reaper);
    throw error instanceof StoreUnavailable ? error : notStarted(plan, String(error), error);
  }
}

function serverOf(
  { reaper }: OwnServerPlan,
  child: ChildProcess,
  port: number,
  folder: string,
  log: string,
): OwnServer {
  return {
    port,
    ended: () => howEnded(child),
    stop: async (keepLogAt) => {
      await end(child, reaper);
      try {
        if (keepLogAt !== undefined) {
          fs.mkdirSync(path.dirname(keepLogAt), { recursive: true });
          fs.copyFileSync(log, keepLogAt);
        }
      } finally {
        remove(folder, reaper);
      }
    },
  };
}

function launch(
  { program, reaper }: OwnServerPlan,
  args: readonly string[],
  folder: string,
  log: string,
): ChildProcess {
  const output = fs.openSync(log, 'a', 0o600);
  try {
    const child = spawn(program, args, {
      // What it makes of its own accord, it makes in the folder.
      env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder },
      cwd: folder,
      stdio: ['ignore', output, output],
      // Its own session: the terminal's Ctrl-C is for us, and we end it.
      detached: true,
      windowsHide: true,
    });
    if (child.pid !== undefined) reaper.guardProcess(child.pid, 'SIGKILL');
    child.on('error', (error) => fs.appendFileSync(log, `${error.message}\n`));
    // It must not keep us from ending; the reaper sees to it then.
    child.unref();
    return child;
  } finally {
    fs.closeSync(output);
  }
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline && isRunning(child)) {
    if (await listens('127.0.0.1', port)) return true;
    await wait(READY_POLL_MS);
  }
  return false;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && howEnded(child) === undefined;
}

async function end(child: ChildProcess, reaper: Reaper): Promise<void> {
  if (child.pid === undefined) return;
  if (isRunning(child)) {
    child.ref();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  reaper.release(child.pid);
}

function remove(folder: string, reaper: Reaper): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  reaper.release(folder);
}

function notStarted(plan: OwnServerPlan, said: string, cause?: unknown): StoreUnavailable {
  const lines = said.trim().split('\n').slice(-8).join('\n');
  const parent = os.tmpdir();
  const left = tooFewMebibytes(parent);
  if (left !== undefined) {
    return new StoreUnavailable(
      plan.store,
      `${plan.product} could not be started: the disk of ${parent} is full, ${left} MiB are left.`,
      `Make room there, set TMPDIR to another folder, or name a server of your own with ${plan.urlFlag}`,
      { cause },
    );
  }
  return new StoreUnavailable(
    plan.store,
    `${plan.product} (${plan.program}) could not be started. It said\n${lines || '(nothing)'}`,
    `Name a server of your own with ${plan.urlFlag}`,
    { cause },
  );
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
