import { answerParent } from './child.js';

export interface EngineRunRequest {
  readonly postgresUrl: string;
  readonly target: string;
  readonly clients: number;
  readonly stock: number;
  readonly trials: number;
  readonly seed: string;
}

export interface EngineRunReply {
  /** From the target's start to its end, as the session's progress tells: worker process, connections, trials, judging. */
  readonly wallMs: number;
  readonly trials: number;
}

/** The engine as the command line uses it: the target in a worker process, simultaneous trials only. */
await answerParent<EngineRunRequest, EngineRunReply>(async (request) => {
  const { runSession } = await import('../src/session/race-check.js');
  let startedAt = 0;
  let wallMs = 0;
  const { report } = await runSession(
    {
      scenario: 'flash-sale',
      targets: [request.target],
      trials: request.trials,
      start: 'simultaneous',
      parameters: { clients: request.clients, stock: request.stock },
      seed: request.seed,
      isolation: 'process',
      storeUrls: { postgres: request.postgresUrl },
      progress: {
        targetStarted: (id) => {
          if (id === request.target) startedAt = performance.now();
        },
        targetDone: (id) => {
          if (id === request.target) wallMs = performance.now() - startedAt;
        },
        trialDone: () => undefined,
        note: () => undefined,
      },
    },
    () => new Date(),
  );
  const target = report.targets.find(({ id }) => id === request.target);
  if (target?.outcome !== 'judged' || target.verdict !== 'holds') {
    throw new Error(`expected ${request.target} to hold, got: ${JSON.stringify(target)}`);
  }
  return { wallMs, trials: target.trials.run };
});
