import { readFile } from 'node:fs/promises';
import { UsageError } from '../core/usage-error.js';
import type { Replayed } from '../explore/explored.js';
import { exploreReportSchema, type ExploredTarget, type ExploreReport } from '../report/explore-report.js';
import { whyUnreadable } from '../report/unreadable.js';
import { EXIT } from './exit-code.js';
import { runReplays } from './explore.js';
import type { ExploreOptions } from './explore-options.js';

/** What became of the counterexample of one target. */
export interface ReplayedTarget {
  readonly id: string;
  readonly message: string;
  readonly replayed?: Replayed;
}

export interface ReplayResult {
  readonly scenario: string;
  readonly targets: readonly ReplayedTarget[];
  /** 1 where every schedule showed its violation each time, 3 where one could not be run, else 2. */
  readonly exitCode: number;
  readonly leftovers: readonly string[];
}

export const REPLAY_TIMES = 10;

type ReplayOptions = Pick<
  ExploreOptions,
  'config' | 'storeUrls' | 'allowRemote' | 'isolation' | 'signal' | 'progress' | 'cwd'
> & {
  /** Only these targets of the report. Default: all that have a counterexample. */
  readonly targets?: readonly string[];
  readonly times?: number;
};

/**
 * Carries out the counterexamples of a report of explore again, on a fresh server. Throws UsageError for what is no such
 * report, or has none.
 */
export async function replayReport(file: string, options: ReplayOptions): Promise<ReplayResult> {
  const { scenario, seed, timeoutMs, targets } = await readReport(file);
  const { targets: asked = [], times = REPLAY_TIMES, ...rest } = options;
  const found = targets
    .filter((one): one is Found => one.outcome === 'explored' && one.counterexample !== undefined)
    .filter(({ id }) => asked.length === 0 || asked.includes(id));
  if (found.length === 0) {
    throw new UsageError([
      `expected a report with a counterexample${asked.length > 0 ? ` of ${asked.join(', ')}` : ''}, and ${file} has none`,
    ]);
  }
  const { ran, leftovers } = await runReplays(
    {
      ...rest,
      ...{ seed, timeoutMs },
      scenario: scenario.file ?? scenario.name,
      targets: found.flatMap(({ id, file: path, exec }) => (exec === undefined ? [path ?? id] : [])),
      exec: found.flatMap(({ exec }) => exec ?? []),
      parameters: scenario.parameters,
    },
    new Map(found.map(({ id, counterexample }) => [id, counterexample.schedule])),
    times,
  );
  const results = ran.map(({ chosen, result }): ReplayedTarget => {
    const { id } = chosen.target;
    switch (result.kind) {
      case 'replayed':
        return { id, replayed: result.replayed, message: wordsOf(result.replayed) };
      case 'explored':
        return { id, message: `could not be replayed: ${result.explored.reasons.join('; ')}` };
      case 'could-not-run':
      case 'skipped':
        return { id, message: `could not run: ${result.error.message}` };
    }
  });
  return { scenario: scenario.name, targets: results, exitCode: exitCodeOf(results), leftovers };
}

type Found = ExploredTarget & Required<Pick<ExploredTarget, 'counterexample'>>;

async function readReport(file: string): Promise<ExploreReport> {
  let text: unknown;
  try {
    text = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError([
      `expected the report.json of an exploration, got ${file}: ${whyUnreadable(error)}`,
    ]);
  }
  const parsed = exploreReportSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join('.') || '(whole)'}: ${message}`);
  throw new UsageError([`${file} is not a report of race-check explore`, ...problems]);
}

function wordsOf({ times, reproduced, divergence }: Replayed): string {
  const words = `reproduced ${reproduced}/${times}`;
  if (divergence === undefined) return words;
  return `${words}; it diverged at step ${divergence.step}: expected "${divergence.expected}", and "${divergence.came}" came`;
}

function exitCodeOf(targets: readonly ReplayedTarget[]): number {
  if (targets.some(({ replayed }) => replayed === undefined)) return EXIT.couldNotRun;
  const isAll = targets.every(({ replayed }) => replayed?.reproduced === replayed?.times);
  return isAll ? EXIT.violated : EXIT.inconclusive;
}
