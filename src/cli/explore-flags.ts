import { Option, type Command } from 'commander';
import type { AnyScenario } from '../session/choice.js';
import { EXPLORE_DEFAULTS, type ExploreOptions, type SearchPlan } from '../session/explore-options.js';
import { didYouMean } from '../session/nearest.js';
import {
  addConfigFlag,
  addExecFlag,
  addParameterFlags,
  addStoreFlag,
  COLLECT,
  readRunFlags,
  wholeNumber,
  type RawFlags,
  type RunFlags,
} from './flags.js';
import { addServerFlags } from './store-flags.js';

const SEARCHES = ['exhaustive', 'pct', 'random'] as const;

export interface ExploreFlags extends Omit<RunFlags, 'session'> {
  readonly explore: Omit<ExploreOptions, 'scenario'>;
}

export function addExploreFlags(command: Command, scenario: AnyScenario | undefined): Command {
  command.addOption(
    new Option('-t, --target <ids>', 'targets, by id or file, separated by commas')
      .argParser(COLLECT)
      .default([], "the scenario's own"),
  );
  addConfigFlag(addExecFlag(command)).option('--all', 'every target of the contract, side by side');
  addServerFlags(addStoreFlag(command));
  if (scenario !== undefined) addParameterFlags(command, { ...scenario, parameters: smallOf(scenario) });
  return command
    .option('--spec <file>', "run a spec of PostgreSQL's isolationtester instead, and print what it would")
    .option('--search <kind>', `how: ${SEARCHES.join(', ')} (default: exhaustive)`)
    .option('--no-reduction', 'run equivalent interleavings too, one by one')
    .option(
      '--preemptions <number>',
      'interrupt a client that could go on at most so often (without reduction)',
    )
    .option(
      '--depth <number>',
      `of pct: how many ordered steps a bug may need (default: ${EXPLORE_DEFAULTS.depth})`,
    )
    .option(
      '--max-schedules <number>',
      `at most so many (default: no limit; pct and random: ${EXPLORE_DEFAULTS.samples})`,
    )
    .option(
      '--budget <duration>',
      `wall time for each target (default: ${EXPLORE_DEFAULTS.budgetMs / 1_000}s)`,
    )
    .option('--timeout <duration>', `limit of one step (default: ${EXPLORE_DEFAULTS.timeoutMs / 1_000}s)`)
    .option('--seed <text>', 'repeats what an earlier run drew (default: drawn)')
    .option('--strict', 'a safe target that gives up fails too')
    .option('--json', 'print the report as JSON, and nothing else, on stdout')
    .option('-q, --quiet', 'no progress on stderr')
    .option('-o, --out <folder>', 'where reports are kept (default: reports)')
    .option('--no-report', 'keep no report');
}

/** The scenario's parameters with what its small version has for defaults. */
function smallOf({ parameters, small }: AnyScenario): AnyScenario['parameters'] {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [
      name,
      { ...parameter, default: small[name] ?? parameter.default },
    ]),
  );
}

/** Reads everything; adds one sentence to `problems` for each thing that does not make sense. */
export function readExploreFlags(
  flags: RawFlags,
  scenario: AnyScenario | undefined,
  env: NodeJS.ProcessEnv,
  problems: string[],
): ExploreFlags {
  const text = (name: string) => flags[name] as string | undefined;
  const { session, ...rest } = readRunFlags(flags, scenario, env, problems);
  return {
    ...rest,
    explore: {
      ...session,
      all: flags['all'] === true,
      search: searchOf(flags, problems),
      maxSchedules: wholeNumber('--max-schedules', text('maxSchedules'), problems),
    },
  };
}

function searchOf(flags: RawFlags, problems: string[]): SearchPlan {
  const text = (name: string) => flags[name] as string | undefined;
  const kind = text('search') ?? 'exhaustive';
  const depth = wholeNumber('--depth', text('depth'), problems);
  const preemptions = wholeNumber('--preemptions', text('preemptions'), problems);
  const known: readonly string[] = SEARCHES;
  if (!known.includes(kind)) {
    problems.push(
      `expected one of ${known.join(', ')} for --search, got "${kind}"${didYouMean(kind, known)}`,
    );
  }
  if (depth !== undefined && kind !== 'pct') problems.push('expected --search pct with --depth');
  if (preemptions !== undefined && kind !== 'exhaustive') {
    problems.push('expected --search exhaustive with --preemptions');
  }
  if (kind === 'pct') return { kind, depth: depth ?? EXPLORE_DEFAULTS.depth };
  if (kind === 'random') return { kind };
  return {
    kind: 'exhaustive',
    reduce: flags['reduction'] !== false && preemptions === undefined,
    ...(preemptions === undefined ? {} : { preemptions }),
  };
}
