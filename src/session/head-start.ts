import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startWorker, WORKER_ENTRY } from '../engine/worker-start.js';

/** What a run of our targets needs, whatever its plan: started while the command line still loads its own code. */
export interface HeadStart {
  readonly worker: ChildProcess;
  /** Ends what nobody took, or still runs; resolves when it is gone. */
  end(): Promise<void>;
}

/** A kill of this process ends it as well. */
export function headStart(): HeadStart {
  const worker = startWorker(WORKER_ENTRY);
  // That it could not be started is told by the first request to it.
  worker.on('error', () => undefined);
  // Also where a loaded file ends this process.
  process.once('exit', () => worker.kill('SIGKILL'));
  return { worker, end: () => end(worker) };
}

async function end(worker: ChildProcess): Promise<void> {
  const hasEnded = worker.exitCode !== null || worker.signalCode !== null;
  if (hasEnded || worker.pid === undefined) return;
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}
