import type { ChildProcess } from 'node:child_process';
import { startWorker, WORKER_ENTRY } from '../engine/worker-start.js';
import { openReaper, type Reaper } from '../process/reaper.js';

/** What every run of ours needs, whatever its plan: started while the command line still loads its own code. */
export interface HeadStart {
  readonly reaper: Reaper;
  readonly worker: ChildProcess;
}

/** Where nothing comes of the run, both end with this process. */
export function headStart(): HeadStart {
  const reaper = openReaper();
  const worker = startWorker(WORKER_ENTRY, [], reaper);
  // That it could not be started is told by the first request to it.
  worker.on('error', () => undefined);
  return { reaper, worker };
}
