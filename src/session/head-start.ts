import type { ChildProcess } from 'node:child_process';
import { endAtOnce, startWorker, WORKER_ENTRY } from '../engine/worker-start.js';

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
  return { worker, end: () => endAtOnce(worker) };
}
