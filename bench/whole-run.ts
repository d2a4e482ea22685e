import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BareRunReply, BareRunRequest, BareShopRun } from './bare-run.js';
import { ask, CLI, runNode } from './child.js';
import { median, seconds } from './numbers.js';
import { print, progress, type BenchOptions, type BenchResult } from './result.js';
import type { ServerRunReply, ServerRunRequest } from './server-run.js';
import { withSharedServer, type SharedServer } from './shared-server.js';
import { markdownTable } from './table.js';

const CLIENTS = 33;
const STOCK = 20;
/** What the default plan runs: 95 % confidence, 5 % rate. The control is caught in its first trial. */
const TRIALS = 59;
const CONTROL_TRIALS = 1;
const CONTROL = { strategy: 'naive', trials: CONTROL_TRIALS, start: 'mixed' } as const;
const TARGET = { strategy: 'for-update', trials: TRIALS, start: 'mixed' } as const;
const GOAL = 1.25;
const GOAL_FIRST_RUN_MS = 2_000;

interface Round {
  readonly wholeMs: number;
  readonly nodeMs: number;
  readonly serverMs: number;
  readonly bareMs: number;
  /** The same trials over one set of connections. */
  readonly oneSetMs: number;
}

/**
 * The wall time of `race-check flash-sale`, as a user waits for it, against the sum of what it cannot do without: starting
 * Node, starting and stopping the server, and the same trials as a bare loop. And what the very first run takes more.
 */
export async function benchWholeRun({ runs }: BenchOptions): Promise<BenchResult[]> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'race-check-bench-'));
  try {
    const warmCache = path.join(scratch, 'warm');
    await wholeRun(scratch, warmCache);
    const rounds = await withSharedServer(2 * CLIENTS, async (shared) => {
      const measured: Round[] = [];
      for (let round = 0; round < runs; round += 1) {
        measured.push({
          wholeMs: await wholeRun(scratch, warmCache),
          nodeMs: (await runNode(['-e', '0'], [0])).wallMs,
          serverMs: await serverMs(warmCache),
          bareMs: await bareMs(shared, [[CONTROL], [TARGET]]),
          oneSetMs: await bareMs(shared, [[CONTROL, TARGET]]),
        });
        progress(`whole run: ${seconds(measured.at(-1)!.wholeMs)} (${round + 1} of ${runs})`);
      }
      return measured;
    });
    const firstRunsMs: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      firstRunsMs.push(await wholeRun(scratch, path.join(scratch, `empty-${run}`)));
      progress(`whole run, empty cache: ${seconds(firstRunsMs.at(-1)!)} (${run + 1} of ${runs})`);
    }
    return report(rounds, firstRunsMs);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function wholeRun(scratch: string, cache: string): Promise<number> {
  const args = ['flash-sale', '--seed', 'bench', '--quiet', '--out', path.join(scratch, 'reports')];
  return (await runNode([CLI, ...args], [0], { env: { XDG_CACHE_HOME: cache } })).wallMs;
}

async function serverMs(cache: string): Promise<number> {
  const { startMs, stopMs } = await ask<ServerRunRequest, ServerRunReply>(
    './server-run.js',
    { connections: CLIENTS },
    { env: { XDG_CACHE_HOME: cache } },
  );
  return startMs + stopMs;
}

/** Each list of parts has tables and connections of its own. */
async function bareMs({ server }: SharedServer, parts: readonly BareShopRun['parts'][]): Promise<number> {
  const namespaces = await Promise.all(parts.map(() => server.namespace()));
  try {
    const { wallMs } = await ask<BareRunRequest, BareRunReply>('./bare-run.js', {
      clients: CLIENTS,
      stock: STOCK,
      shops: namespaces.map(({ address }, index) => ({ address, parts: parts[index]! })),
    });
    return wallMs;
  } finally {
    for (const namespace of namespaces) await namespace.drop();
  }
}

function report(rounds: readonly Round[], firstRunsMs: readonly number[]): BenchResult[] {
  const middle = (of: keyof Round) => median(rounds.map((round) => round[of]));
  const medians: Round = {
    wholeMs: middle('wholeMs'),
    nodeMs: middle('nodeMs'),
    serverMs: middle('serverMs'),
    bareMs: middle('bareMs'),
    oneSetMs: middle('oneSetMs'),
  };
  const ratio = medians.wholeMs / partsMs(medians);
  const firstRunMs = median(firstRunsMs);
  const moreMs = firstRunMs - medians.wholeMs;
  print(`\nWhole run: race-check flash-sale, ${CLIENTS} buyers, ${TRIALS} trials and its control\n`);
  print(
    markdownTable(
      ['run', 'whole', 'Node', 'server', 'bare pg loop', 'over one set', 'whole / parts', 'with one set'],
      [...rounds.map((round, index) => row(String(index + 1), round)), row('median', medians)],
    ),
  );
  print(
    `\nThe bare loop's ${TRIALS + CONTROL_TRIALS} trials start as ours do, a third each simultaneous, staggered and in shifted pairs. Control and target have connections and tables of their own, in ours as in its; over one set it is for comparison.`,
  );
  print(
    `With an empty cache: ${firstRunsMs.map((ms) => seconds(ms)).join(', ')}; median ${seconds(firstRunMs)}.`,
  );
  return [
    {
      what: 'whole run: race-check flash-sale against the sum of its bare parts',
      goal: `at most ${GOAL}`,
      measured: `${ratio.toFixed(3)} (${seconds(medians.wholeMs)} of ${seconds(partsMs(medians))}; ${oneSetRatio(medians).toFixed(3)} of a loop over one set of connections)`,
      met: ratio <= GOAL,
    },
    {
      what: 'whole run: what the very first one takes more',
      goal: `at most ${seconds(GOAL_FIRST_RUN_MS, 1)}`,
      measured: seconds(moreMs),
      met: moreMs <= GOAL_FIRST_RUN_MS,
    },
  ];
}

function partsMs({ nodeMs, serverMs: server, bareMs: bare }: Round): number {
  return nodeMs + server + bare;
}

function oneSetRatio(round: Round): number {
  return round.wholeMs / partsMs({ ...round, bareMs: round.oneSetMs });
}

function row(name: string, round: Round): string[] {
  const { wholeMs, nodeMs, serverMs: server, bareMs: bare, oneSetMs } = round;
  return [
    name,
    ...[wholeMs, nodeMs, server, bare, oneSetMs].map((ms) => seconds(ms)),
    ...[wholeMs / partsMs(round), oneSetRatio(round)].map((ratio) => ratio.toFixed(3)),
  ];
}
