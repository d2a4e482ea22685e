import { openReaper } from '../src/process/reaper.js';
import { openPostgres } from '../src/stores/postgres/server.js';
import { answerParent } from './child.js';

export interface ServerRunRequest {
  readonly connections: number;
}

export interface ServerRunReply {
  readonly startMs: number;
  readonly stopMs: number;
}

/** Starts an embedded server until it answers, and stops it. Loading the modules and starting Node are not in it. */
await answerParent<ServerRunRequest, ServerRunReply>(async ({ connections }) => {
  const reaper = openReaper();
  const startedAt = performance.now();
  const server = await openPostgres({
    url: undefined,
    allowRemote: false,
    runId: 'bench',
    connections,
    reaper,
  });
  const openedAt = performance.now();
  await server.stop();
  const stoppedAt = performance.now();
  reaper.close();
  return { startMs: openedAt - startedAt, stopMs: stoppedAt - openedAt };
});
