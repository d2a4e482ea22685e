import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { groupRuns } from './process-group.js';
import { processStart } from './process-start.js';
import { reaperProcess, type ReaperMessage } from './reaper-process.js';

/**
 * Ends processes and removes folders of this run when this process is gone without having done so itself, even by SIGKILL.
 * One small detached process waits for the end of a pipe.
 */
export interface Reaper {
  /** Call before the folder is made. */
  guardFolder(path: string): void;
  /** Call at once after the process is started; `signal` is what ends it well, SIGKILL follows after 3 s. */
  guardProcess(pid: number, signal?: NodeJS.Signals): void;
  /** The same for the leader of a process group: all of the group is ended. On Windows the leader alone. */
  guardGroup(leader: number, signal?: NodeJS.Signals): void;
  /** It has ended, or is removed: no longer to be touched. */
  release(pidOrPath: number | string): void;
  /** What is still guarded is ended and removed, behind the caller's back. */
  close(): void;
}

/**
 * A reaper whose process starts with the first thing to guard. It never keeps this process alive.
 *
 * A message is in the pipe's buffer, where a SIGKILL of this process cannot reach it, when the call returns. So a folder
 * that is told before it is made, and a server whose command line names that folder, leave no moment in which a kill
 * leaves something behind (on Windows: none but the microseconds between a server's start and `guardProcess`).
 * Throws where the process cannot be started.
 */
export function openReaper(): Reaper {
  let pipe: Writable | undefined;
  let closed = false;

  function tell(message: ReaperMessage): void {
    if (closed) throw new Error('The reaper is closed: nothing can be guarded any more.');
    pipe ??= startReaper();
    pipe.write(`${JSON.stringify(message)}\n`);
  }

  return {
    guardFolder: (path) => tell({ kind: 'folder', path }),
    guardProcess: (pid, signal = 'SIGTERM') => tell({ kind: 'process', pid, signal, group: false }),
    guardGroup: (pid, signal = 'SIGTERM') =>
      tell({ kind: 'process', pid, signal, group: process.platform !== 'win32' }),
    release: (what) => {
      if (pipe !== undefined && !closed) tell({ kind: 'release', what });
    },
    close: () => {
      closed = true;
      pipe?.end();
    },
  };
}

/** What `node -e` is given; `start` tells a process from a later one with its number. */
export function reaperProgram(start: (pid: number) => string | undefined = processStart): string {
  return `(${reaperProcess.toString()})(${start.toString()}, ${groupRuns.toString()});`;
}

function startReaper(): Writable {
  const child: ChildProcess = spawn(process.execPath, ['--title=race-check-reaper', '-e', reaperProgram()], {
    // Its own session: neither the terminal's Ctrl-C nor a kill of the process group reaches it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
    // It must not hold a folder that somebody wants to remove, nor run under NODE_OPTIONS meant for its parent.
    cwd: process.platform === 'win32' ? undefined : '/',
    env: { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'] },
  });
  const { stdin } = child;
  if (child.pid === undefined || stdin === null) {
    child.on('error', () => undefined);
    throw new Error('The process that cleans up after a killed run could not be started.');
  }
  // Somebody may kill it: the run goes on, unguarded.
  stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  child.unref();
  (stdin as Writable & { unref(): void }).unref();
  return stdin;
}
