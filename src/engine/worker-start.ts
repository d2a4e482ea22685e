import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The program of our workers. */
export const WORKER_ENTRY = fileURLToPath(new URL('../session/worker-process.js', import.meta.url));

/**
 * One thread for V8's compiler, and none for its garbage collector: the process yields with the first (`background-threads.ts`),
 * and must not wait for the second while that yields too. On two cores a run of 60 trials takes 6 % less.
 */
const V8_FLAGS = ['--v8-pool-size=1', '--single-threaded-gc'];

/**
 * Starts a process that runs the module `entry`, with a channel to it, with which it ends. What it prints is ours to read: a
 * verdict's stdout is no place for a target's words.
 */
export function startWorker(entry: string, args: readonly string[] = []): ChildProcess {
  // Detached from the terminal's group: Ctrl-C is for the command line, which ends its workers itself.
  return fork(entry, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    execArgv: [...process.execArgv, ...V8_FLAGS],
  });
}

/** Ends a process at once, if it still runs or was started at all; resolves when it is gone. */
export async function endAtOnce(child: ChildProcess): Promise<void> {
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  if (hasEnded || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
