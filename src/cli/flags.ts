import { Option, type Command } from 'commander';
import { demandNone, UsageError } from '../core/usage-error.js';
import { withDefaults } from '../core/scenario.js';
import { START_KINDS } from '../core/verdict.js';
import type { StartMode } from '../engine/start-plan.js';
import type { AnyScenario } from '../session/choice.js';
import { findConfig } from '../session/config.js';
import { DEFAULTS, ENGINES, type Engine, type SessionOptions } from '../session/options.js';
import { didYouMean } from '../session/nearest.js';
import { missingValues } from './missing-values.js';
import { addReporterFlag } from './reporters.js';
import { addServerFlags, readServerFlags } from './store-flags.js';

/** What commander hands over: texts, switches, nothing converted yet. */
export type RawFlags = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** The flags of a run, read: what the session is asked for, and what the command line does with the result. */
export interface RunFlags {
  readonly session: Omit<SessionOptions, 'scenario' | 'command'>;
  readonly json: boolean;
  /** As they were asked for. */
  readonly reporters: readonly string[];
  readonly out: string;
  readonly writeReport: boolean;
  readonly quiet: boolean;
}

export const COLLECT = (value: string, previous: string[]) => [...previous, ...value.split(',')];

/** The flags of a command that runs one scenario. */
export function addRunFlags(command: Command): Command {
  command.addOption(
    new Option('-t, --target <ids>', 'targets, by id or file, separated by commas')
      .argParser(COLLECT)
      .default([], "the scenario's own; compare: every target"),
  );
  return addConfigFlag(addConditionFlags(addExecFlag(command)))
    .option(
      '--engine <name>',
      `what sends the requests of HTTP targets: ${ENGINES.join(', ')} (default: ${ENGINES[0]})`,
    )
    .option(
      '--strict',
      'a safe target that gives up, or leaves something unclear, gaps or an old copy, fails too',
    )
    .option('-o, --out <folder>', 'where reports are kept (default: reports)')
    .option('--no-report', 'keep no report');
}

/** Programs as targets. */
export function addExecFlag(command: Command): Command {
  return command.addOption(
    new Option('--exec <command>', 'a program as a target, several times; see docs/exec-protocol.md')
      .argParser((value: string, previous: string[]) => [...previous, value])
      .default([], 'none'),
  );
}

export function addConfigFlag(command: Command): Command {
  return command.option(
    '--config <file>',
    'targets and scenarios of your own (default: race-check.config.ts, where there is one)',
  );
}

/** Only targets on some stores. */
export function addStoreFlag(command: Command): Command {
  return command.addOption(
    new Option('--store <names>', 'only targets on these stores, separated by commas')
      .argParser(COLLECT)
      .default([], 'all'),
  );
}

/** How long everything may take together. */
export function addBudgetFlag(command: Command, otherwise: string): Command {
  return command.option(
    '--budget <duration>',
    `wall time for all of it, e.g. 90s, 5m, 1h (default: ${otherwise})`,
  );
}

/** The flags of every command that runs trials on stores. */
export function addConditionFlags(command: Command): Command {
  return addTrialFlags(addServerFlags(command));
}

/** The flags of every command that runs trials. */
export function addTrialFlags(command: Command): Command {
  return addReporterFlag(command)
    .option('-n, --trials <number>', 'how many trials; default: as many as confidence and max-rate ask for')
    .option('--confidence <percent>', `how sure a pass must be (default: ${DEFAULTS.confidence * 100}%)`)
    .option(
      '--max-rate <percent>',
      `the rate of failing trials a pass must exclude (default: ${DEFAULTS.maxRate * 100}%)`,
    )
    .option(
      '--start <kind>',
      `how clients start: mixed, ${START_KINDS.join(', ')} (default: ${DEFAULTS.start})`,
    )
    .option('--processes <number>', 'spread the clients over so many processes (default: 1)')
    .option('--timeout <duration>', 'limit of one operation, e.g. 500ms, 30s (default: 30s)')
    .option('--seed <text>', 'repeats attempts and starts of an earlier run (default: drawn)')
    .option('--json', 'print the report as JSON, and nothing else, on stdout')
    .option('-q, --quiet', 'no progress on stderr');
}

/** The scenario's own numbers as flags: `--clients`, `--stock`, `--start-at`. Throws UsageError for names that are taken. */
export function addParameterFlags(command: Command, scenario: AnyScenario): Command {
  const taken = Object.keys(scenario.parameters).filter((name) =>
    command.options.some(({ long }) => long === `--${kebab(name)}`),
  );
  demandNone(
    taken.map(
      (name) =>
        `expected another name for the number "${name}" of ${scenario.name}: --${kebab(name)} is an option of its own`,
    ),
  );
  const defaults = withDefaults(scenario.parameters, {});
  for (const [name, { describe }] of Object.entries(scenario.parameters)) {
    command.option(`--${kebab(name)} <number>`, `${describe} (default: ${defaults[name]})`);
  }
  return command;
}

/** Reads everything; adds one sentence to `problems` for each thing that does not make sense. */
export function readRunFlags(
  flags: RawFlags,
  scenario: AnyScenario | undefined,
  env: NodeJS.ProcessEnv,
  problems: string[],
): RunFlags {
  const text = (name: string) => flags[name] as string | undefined;
  const number = (name: string) => wholeNumber(`--${kebab(name)}`, text(name), problems);
  const parameters = Object.keys(scenario?.parameters ?? {}).map((name) => [name, number(name)] as const);
  const required = (env['RACE_CHECK_REQUIRE'] ?? '').split(',').filter(Boolean);
  return {
    session: {
      targets: named('--target', 'ids or files', flags['target'], problems),
      exec: programs(flags['exec'], problems),
      ...engine(text('engine'), problems),
      stores: named('--store', 'names', flags['store'], problems),
      ...readTrialFlags(flags, problems),
      budgetMs: duration('--budget', text('budget'), problems),
      strict: flags['strict'] === true,
      ...configFlag(text('config'), problems),
      parameters: Object.fromEntries(parameters),
      ...readServerFlags(flags, env),
      required,
    },
    ...readShowFlags(flags),
  };
}

/** The flags of `addTrialFlags`, as a session takes them. */
export function readTrialFlags(
  flags: RawFlags,
  problems: string[],
): Pick<SessionOptions, 'trials' | 'confidence' | 'maxRate' | 'start' | 'processes' | 'timeoutMs' | 'seed'> {
  const text = (name: string) => flags[name] as string | undefined;
  return {
    trials: wholeNumber('--trials', text('trials'), problems),
    confidence: percentage('--confidence', text('confidence'), problems),
    maxRate: percentage('--max-rate', text('maxRate'), problems),
    start: startMode(text('start'), problems),
    processes: wholeNumber('--processes', text('processes'), problems),
    timeoutMs: duration('--timeout', text('timeout'), problems),
    seed: text('seed'),
  };
}

/** What becomes of a report. */
export function readShowFlags(
  flags: RawFlags,
): Pick<RunFlags, 'json' | 'reporters' | 'out' | 'writeReport' | 'quiet'> {
  return {
    json: flags['json'] === true,
    reporters: (flags['reporter'] ?? []) as readonly string[],
    out: (flags['out'] as string | undefined) ?? 'reports',
    writeReport: flags['report'] !== false,
    quiet: flags['quiet'] === true,
  };
}

/** Options that commander did not know, and the words that are none. */
export function wordsOf({ args }: Command): {
  readonly options: readonly string[];
  readonly words: readonly string[];
} {
  const options: string[] = [];
  const words: string[] = [];
  let afterUnknown = false;
  for (const word of args) {
    if (word.startsWith('-') && word !== '-') {
      options.push(word.split('=')[0]!);
      afterUnknown = !word.includes('=');
    } else if (afterUnknown) {
      // Most likely the unknown option's value: not worth a complaint of its own.
      afterUnknown = false;
    } else {
      words.push(word);
    }
  }
  return { options, words };
}

/**
 * What commander did not know: options that look like none of ours, words too many, and options without a value. Where the scenario is not known,
 * an option may be one of its numbers, unless it is nearly one of ours.
 */
export function unknownWords(
  command: Command,
  expectedWords: number,
  problems: string[],
  scenarioIsKnown = true,
): void {
  const known = command.options.map((option) => option.long ?? option.flags);
  const { options, words } = wordsOf(command);
  for (const name of options) {
    const nearest = didYouMean(name, known);
    if (scenarioIsKnown || nearest !== '') problems.push(`unknown option ${name}${nearest}`);
  }
  for (const word of words.slice(expectedWords)) problems.push(`unexpected argument "${word}"`);
  problems.push(...missingValues(command));
}

/**
 * The words behind a command, of which it needs these: `a history.jsonl`. To commander they are optional, since it stops at the
 * first that is missing, and takes an unknown option for one of them.
 */
export function neededWords(
  command: Command,
  needed: readonly string[],
  problems: string[],
): readonly string[] {
  const { words } = wordsOf(command);
  for (const what of needed.slice(words.length)) problems.push(`expected ${what}, got nothing`);
  return words;
}

/** Nothing at all is most likely a variable that was not set: it must not run something else. */
export function named(
  flag: string,
  what: string,
  given: RawFlags[string],
  problems: string[],
): readonly string[] {
  const all = (given ?? []) as readonly string[];
  const names = all.map((one) => one.trim()).filter((one) => one !== '');
  if (names.length < all.length) {
    problems.push(`expected ${what}, separated by commas, for ${flag}, got "${all.join(',')}"`);
  }
  return names;
}

/** The config that is named, else the one in the working directory, if there is one. */
export function configFlag(given: string | undefined, problems: string[]): { readonly config?: string } {
  try {
    const config = findConfig(process.cwd(), given);
    return config === undefined ? {} : { config };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
    return {};
  }
}

function engine(text: string | undefined, problems: string[]): { readonly engine?: Engine } {
  if (text === undefined) return {};
  const known = ENGINES.find((one) => one === text);
  if (known !== undefined) return { engine: known };
  problems.push(
    `expected one of ${ENGINES.join(', ')} for --engine, got "${text}"${didYouMean(text, ENGINES)}`,
  );
  return {};
}

function programs(given: RawFlags[string], problems: string[]): readonly string[] {
  const all = (given ?? []) as readonly string[];
  if (all.some((one) => one.trim() === '')) problems.push('expected a command for --exec, got nothing');
  return all.filter((one) => one.trim() !== '');
}

export function wholeNumber(flag: string, text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll('_', ''));
  if (text.trim() !== '' && Number.isInteger(value)) return value;
  problems.push(`expected a whole number for ${flag}, got "${text}"`);
  return undefined;
}

/** `99%`, `99` and `0.99` are the same; from 1 on a bare number is read as a percentage. */
function percentage(flag: string, text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/.exec(text);
  const value = Number(match?.[1]);
  const share = match?.[2] === '%' || value >= 1 ? value / 100 : value;
  if (match !== null && share > 0 && share < 1) return share;
  problems.push(`expected a percentage between 0 and 100 (such as 95% or 0.95) for ${flag}, got "${text}"`);
  return undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** In whole milliseconds. */
export function duration(flag: string, text: string | undefined, problems: string[]): number | undefined {
  return milliseconds(flag, text, problems, Math.round);
}

/** In milliseconds and parts of them, unless they are rounded. */
export function milliseconds(
  flag: string,
  text: string | undefined,
  problems: string[],
  round = (value: number) => value,
): number | undefined {
  if (text === undefined) return undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)\s*$/.exec(text);
  const value = match === null ? NaN : round(Number(match[1]) * UNIT_MS[match[2]!]!);
  if (value > 0) return value;
  problems.push(`expected a duration with its unit (500ms, 30s, 2m) for ${flag}, got "${text}"`);
  return undefined;
}

function startMode(text: string | undefined, problems: string[]): StartMode | undefined {
  const kinds: readonly string[] = ['mixed', ...START_KINDS];
  if (text === undefined || kinds.includes(text)) return text as StartMode | undefined;
  problems.push(`expected one of ${kinds.join(', ')} for --start, got "${text}"${didYouMean(text, kinds)}`);
  return undefined;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
