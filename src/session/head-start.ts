import type { ChildProcess } from 'node:child_process';
import { startWorker, WORKER_ENTRY } from '../engine/worker-start.js';

/** What a run of our targets needs, whatever its plan: started while the command line still loads its own code. */
export interface HeadStart {
  readonly worker: ChildProcess;
}

/** Where nothing comes of the run, it ends with this process. */
export function headStart(): HeadStart {
  const worker = startWorker(WORKER_ENTRY);
  // That it could not be started is told by the first request to it.
  worker.on('error', () => undefined);
  return { worker };
}
