import type { BareRunReply, BareRunRequest } from './bare-run.js';
import { ask } from './child.js';
import type { EngineRunReply, EngineRunRequest } from './engine-run.js';
import { median, seconds } from './numbers.js';
import { print, progress, type BenchOptions, type BenchResult } from './result.js';
import { countingWork, type ServerWork } from './server-work.js';
import { withSharedServer, type SharedServer } from './shared-server.js';
import { markdownTable } from './table.js';

const CLIENTS = 33;
const STOCK = 20;
const STRATEGY = 'atomic-update';
const GOAL = 0.9;
const RUN_MS = 20_000;
const QUICK_RUN_MS = 3_000;
const CALIBRATION_TRIALS = 60;

interface Pair {
  readonly bareMs: number;
  readonly engineMs: number;
}

/**
 * Operations per second of the engine against a bare loop: the same trials, all simultaneous, on the same server, in pairs
 * of runs whose order alternates. Connections, resets and final reads are in both; the engine's worker process is in its time.
 * Where a core is free for it that process does not sleep while it expects answers (`busy-polling.ts`): the loop does, as any
 * program with `pg`. That makes up for what recording, judging and the way between processes take.
 */
export async function benchEngine({ quick, runs }: BenchOptions): Promise<BenchResult> {
  return withSharedServer(3 * CLIENTS, async (shared) => {
    const trials = await calibrate(shared, quick ? QUICK_RUN_MS : RUN_MS);
    progress(`engine: ${runs} pairs of runs of ${trials} trials`);
    const pairs: Pair[] = [];
    const works: { bare: ServerWork; engine: ServerWork }[] = [];
    for (let pair = 0; pair < runs; pair += 1) {
      const bare = () => countingWork(shared.url, () => bareRun(shared, trials));
      const engine = () => countingWork(shared.url, () => engineRun(shared, trials, `bench-${pair}`));
      const bareFirst = pair % 2 === 0;
      const first = bareFirst ? await bare() : await engine();
      const second = bareFirst ? await engine() : await bare();
      const [ofBare, ofEngine] = bareFirst ? [first, second] : [second, first];
      pairs.push({ bareMs: ofBare.result, engineMs: ofEngine.result });
      works.push({ bare: ofBare.work, engine: ofEngine.work });
      progress(
        `engine: pair ${pair + 1}: bare ${seconds(ofBare.result)}, engine ${seconds(ofEngine.result)}`,
      );
    }
    return report(pairs, works, trials);
  });
}

/** So many trials that the bare loop takes about `runMs`. */
async function calibrate(shared: SharedServer, runMs: number): Promise<number> {
  await bareTrialsMs(shared, CALIBRATION_TRIALS);
  const perTrialMs = (await bareTrialsMs(shared, CALIBRATION_TRIALS)) / CALIBRATION_TRIALS;
  return Math.max(CALIBRATION_TRIALS, Math.round(runMs / perTrialMs));
}

async function bareTrialsMs(shared: SharedServer, trials: number): Promise<number> {
  return (await bare(shared, trials)).trialsMs;
}

async function bareRun(shared: SharedServer, trials: number): Promise<number> {
  return (await bare(shared, trials)).wallMs;
}

async function bare({ server }: SharedServer, trials: number): Promise<BareRunReply> {
  const namespace = await server.namespace();
  try {
    return await ask<BareRunRequest, BareRunReply>('./bare-run.js', {
      clients: CLIENTS,
      stock: STOCK,
      shops: [{ address: namespace.address, parts: [{ strategy: STRATEGY, trials, start: 'simultaneous' }] }],
    });
  } finally {
    await namespace.drop();
  }
}

async function engineRun({ url }: SharedServer, trials: number, seed: string): Promise<number> {
  const reply = await ask<EngineRunRequest, EngineRunReply>('./engine-run.js', {
    postgresUrl: url,
    target: `postgres/${STRATEGY}`,
    clients: CLIENTS,
    stock: STOCK,
    trials,
    seed,
  });
  if (reply.trials !== trials) {
    throw new Error(`expected ${trials} trials of the engine, got ${reply.trials}: nothing to compare`);
  }
  return reply.wallMs;
}

function report(
  pairs: readonly Pair[],
  works: readonly { readonly bare: ServerWork; readonly engine: ServerWork }[],
  trials: number,
): BenchResult {
  const bareMs = median(pairs.map((pair) => pair.bareMs));
  const engineMs = median(pairs.map((pair) => pair.engineMs));
  const ratio = bareMs / engineMs;
  const ops = (ms: number) => `${((trials * CLIENTS * 1_000) / ms).toFixed(0)} ops/s`;
  const row = (name: string, of: Pair) => [
    name,
    seconds(of.bareMs),
    seconds(of.engineMs),
    (of.bareMs / of.engineMs).toFixed(3),
  ];
  print(`\nEngine: ${STRATEGY}, ${CLIENTS} clients, ${trials} simultaneous trials a run\n`);
  print(
    markdownTable(
      ['run', 'bare pg loop', 'engine', 'bare / engine'],
      [...pairs.map((pair, index) => row(String(index + 1), pair)), row('median', { bareMs, engineMs })],
    ),
  );
  print(`\nMedians: bare ${ops(bareMs)}, engine ${ops(engineMs)}.`);
  print(workWords(works, trials));
  return {
    what: `engine: ops/s against a bare pg loop (${STRATEGY}, ${CLIENTS} clients)`,
    goal: `at least ${GOAL}`,
    measured: ratio.toFixed(3),
    met: ratio >= GOAL,
  };
}

/** The engine's extra commits are the look for transactions left open, one a trial, and its control's one trial or two. */
function workWords(
  works: readonly { readonly bare: ServerWork; readonly engine: ServerWork }[],
  trials: number,
): string {
  const words = (side: 'bare' | 'engine') => {
    const perTrial = (of: keyof ServerWork) =>
      (median(works.map((work) => work[side][of])) / trials).toFixed(1);
    return `${side} ${perTrial('committed')} commits, ${perTrial('rolledBack')} rollbacks, ${perTrial('inserted')} rows inserted, ${perTrial('updated')} updated`;
  };
  return `What the server counted in a trial: ${words('bare')}; ${words('engine')}.`;
}
