import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { ApiStart, Environment } from '../../core/api.js';
import { howEnded } from '../../process/how-ended.js';
import { groupRuns } from '../../process/process-group.js';
import type { Reaper } from '../../process/reaper.js';
import type { CommandLog } from './command-log.js';

/** A command at work, in a process group of its own. */
export interface Command {
  running(): boolean;
  /** How it ended, for people; undefined while it runs. */
  ended(): string | undefined;
  /** Asks it to stop, then kills it, with everything that it started and did not set apart in another group. */
  stop(): Promise<void>;
}

const STOP_MS = 5_000;
/** After SIGKILL; what is still there then waits in the kernel for a disk. */
const KILLED_MS = 2_000;
const POLL_MS = 5;

/** Starts it with these variables besides our own. Rejects where there is no such program or folder. */
export async function startCommand(
  { command, cwd, stopSignal = 'SIGTERM', stopWithinMs = STOP_MS }: ApiStart,
  env: Environment,
  log: CommandLog,
  reaper: Reaper,
): Promise<Command> {
  const [program, ...args] = typeof command === 'string' ? [command] : command;
  const output = log.open();
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      shell: typeof command === 'string',
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      // The leader of a group of its own: the terminal's Ctrl-C is for us, and we end it, with all of its children.
      detached: true,
      windowsHide: true,
    });
  } finally {
    fs.closeSync(output);
  }
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw error;
  }
  reaper.guardGroup(pid, stopSignal);
  // It must not keep us from ending; the reaper sees to it then.
  child.unref();
  const isRunning = () => howEnded(child) === undefined;
  const exited = once(child, 'exit').catch(() => undefined);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    if (process.platform === 'win32') await killTree(child);
    else if (!(await endGroup(pid, stopSignal, stopWithinMs))) await endGroup(pid, 'SIGKILL', KILLED_MS);
    // That it is gone is seen sooner than told.
    const told = new AbortController();
    const late = wait(KILLED_MS, undefined, { signal: told.signal }).catch(() => undefined);
    await Promise.race([exited, late]);
    told.abort();
    reaper.release(pid);
  };
  return {
    running: isRunning,
    ended: () => howEnded(child),
    stop: () => (stopping ??= stop()),
  };
}

/** Whether all of the group was gone in time. */
async function endGroup(leader: number, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  try {
    process.kill(-leader, signal);
  } catch {
    return true;
  }
  const deadline = performance.now() + withinMs;
  while (groupRuns(leader)) {
    if (performance.now() > deadline) return false;
    await wait(POLL_MS);
  }
  return true;
}

/** Windows has no groups; its own program knows who started whom. */
async function killTree(child: ChildProcess): Promise<void> {
  const killer = spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], {
    stdio: 'ignore',
    windowsHide: true,
  });
  await Promise.race([once(killer, 'close'), once(killer, 'error')]);
}
