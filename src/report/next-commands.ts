import { join } from 'node:path';
import { burstCommands } from './burst-commands.js';
import type { JudgedTarget, Report } from './report.js';
import { quoted } from './shell-words.js';
import { conditions } from './typed-words.js';
import { isJudged, shortfallWords } from './words.js';

/** A command to type next, and what it is good for. */
export interface NextCommand {
  readonly command: string;
  readonly purpose: string;
}

/** Where a run was written, as far as a reader needs it. */
export interface Written {
  readonly folder: string;
  readonly latest?: string | undefined;
  /** The folder with servers' logs, where there are any. */
  readonly logs?: string | undefined;
}

/** What the user typed, as far as it is typed again. */
export interface Typed {
  /** The scenario's name, or its file. */
  readonly scenario: string;
  /** All words after the program's name. */
  readonly words?: readonly string[] | undefined;
}

/** What to type after this report, most useful first; at most three. */
export function nextCommands(
  report: Report,
  typed: Typed,
  written: Written | undefined,
): readonly NextCommand[] {
  const { command, interrupted, seed } = report;
  const { scenario } = typed;
  const { words } = typed;
  // What the user asked for is asked for again, but for what the next command says itself.
  const same = (...others: readonly string[]) =>
    words === undefined ? [] : conditions(words, scenario, ...CHOICE, ...others);
  const judged = report.targets
    .filter(isJudged)
    .filter(({ role }) => command === 'compare' || role === 'named');
  const commands: NextCommand[] = [];
  if (interrupted) {
    const all = words ?? (command === 'compare' ? ['compare', scenario] : [scenario]);
    const seeded = all.some((word) => /^--seed(=|$)/.test(word)) ? [] : ['--seed', seed];
    return [{ command: line(...all, ...seeded), purpose: 'the same run again, to its end' }];
  }
  if (report.targets.every(({ outcome }) => outcome === 'skipped')) {
    // An API is nothing that could be got.
    const isApi = report.targets.some((target) => target.outcome === 'skipped' && target.store === 'http');
    if (isApi && words !== undefined)
      return [{ command: line(...words), purpose: 'once more, when it runs' }];
    return [{ command: 'race-check doctor', purpose: 'what can be had here, and how to get the rest' }];
  }
  if (report.scenario.contract === 'burst') return burstCommands(report, typed, written);
  for (const target of judged.filter(({ verdict }) => verdict === 'inconclusive').slice(0, 1)) {
    commands.push(...remedy(report, typed, target));
  }
  const recorded = judged.find(({ verdict, history }) => verdict === 'violated' && history !== undefined);
  if (recorded?.history !== undefined && written !== undefined) {
    const file = join(written.latest ?? written.folder, recorded.history);
    const own = scenario === report.scenario.name ? '' : ` --scenario ${quoted(scenario)}`;
    commands.push({ command: `race-check check ${quoted(file)}${own}`, purpose: 'the same findings' });
  }
  if (command === 'gate') {
    // A load engine sends HTTP, which of our targets only those of one store take.
    const apis = report.plan.engine === undefined ? [] : ['--store', 'http'];
    const compare = line('compare', scenario, ...apis, ...same(...LIMITS));
    commands.push({ command: compare, purpose: 'every strategy, with costs' });
  } else {
    const [best] = ofLargestStore(judged)
      .filter((target) => target.verdict === 'holds' && shortfallWords(target) === undefined)
      .sort((a, b) => (b.opsPerSecond ?? 0) - (a.opsPerSecond ?? 0));
    if (best !== undefined) {
      commands.push({
        command: line(scenario, ...flagOf(best), ...same(...LIMITS, 'budget')),
        purpose: `a gate on the fastest that holds on ${storeOf(best)}`,
      });
    }
    commands.push({ command: 'race-check list', purpose: 'all scenarios and their targets' });
  }
  return commands;
}

/** Speeds compare within a store: the targets of the one that has most of them. */
function ofLargestStore(targets: readonly JudgedTarget[]): readonly JudgedTarget[] {
  const byStore = new Map<string, JudgedTarget[]>();
  for (const target of targets) {
    const store = storeOf(target);
    byStore.set(store, [...(byStore.get(store) ?? []), target]);
  }
  const [largest] = [...byStore.values()].sort((a, b) => b.length - a.length);
  return largest ?? [];
}

function storeOf({ id }: JudgedTarget): string {
  return id.split('/')[0] ?? '';
}

/** What may turn an inconclusive target into a verdict, read off its numbers. Nothing may where no operation was answered. */
function remedy(report: Report, { scenario, words }: Typed, target: JudgedTarget): readonly NextCommand[] {
  const { load, engine } = report.plan;
  // Under load each request is another client's.
  const clients = load === undefined ? report.scenario.parameters['clients'] : undefined;
  const { trials, overlap, errors, operations } = target;
  const one = (purpose: string, flag?: string, value?: string) => {
    const anew = flag === undefined ? [] : flag === 'trials' ? ['trials', 'n', 'max-rate'] : [flag];
    const same =
      words === undefined
        ? [
            ...(engine === undefined ? [] : ['--engine', engine]),
            ...(load === undefined ? [] : loadFlags(load)),
          ]
        : conditions(words, scenario, ...CHOICE, ...anew, 'budget');
    const changed = flag === undefined || value === undefined ? [] : [`--${flag}`, value];
    return [{ command: line(scenario, ...flagOf(target), ...same, ...changed), purpose }];
  };
  if (report.budget !== undefined && trials.run < trials.planned) {
    return one('alone, for as long as its trials take');
  }
  if ((errors.timeout ?? 0) > 0) {
    return one('more time for each operation', 'timeout', `${report.timeoutMs * 2}ms`);
  }
  if (trials.run < trials.planned) return one('once more: it ended early');
  if (operations.ok === 0) return [];
  const toothless = target.control?.caught === false || (trials.run > 0 && overlap.interleavedPairs === 0);
  if (toothless && clients !== undefined) {
    return one('more clients, so that more of them meet', 'clients', String(clients * 2));
  }
  return one('more trials', 'trials', String(report.plan.trials * 2));
}

function loadFlags(load: NonNullable<Report['plan']['load']>): readonly string[] {
  const { connections, amount, durationMs, rate } = load;
  return [
    ...['--connections', String(connections)],
    ...(amount === undefined ? [] : ['--amount', String(amount)]),
    ...(durationMs === undefined ? [] : ['--duration', `${durationMs}ms`]),
    ...(rate === undefined ? [] : ['--rate', String(rate)]),
  ];
}

/** How a target is named on the command line. */
function flagOf({ id, file, exec }: JudgedTarget): readonly string[] {
  return exec === undefined ? ['--target', file ?? id] : ['--exec', exec];
}

function line(...words: readonly string[]): string {
  return ['race-check', ...words.map(quoted)].join(' ');
}

/** Flags that choose among targets. Only a comparison knows stores. */
const CHOICE = ['target', 't', 'exec', 'store'];
/** Flags that hold one target against more than its verdict. */
const LIMITS = ['baseline', 'max-slowdown', 'max-p50', 'max-p95', 'max-p99'];
