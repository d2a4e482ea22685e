import { Command, CommanderError } from 'commander';
import { SCENARIOS } from '../../scenarios/index.js';
import { UsageError } from '../core/usage-error.js';
import type { AnyScenario } from '../session/choice.js';
import { findConfig, loadConfig, type LoadedConfig } from '../session/config.js';
import { findScenario, isFile } from '../session/find-scenario.js';
import type { HeadStart } from '../session/head-start.js';
import { didYouMean } from '../session/nearest.js';
import { UserModuleFailed } from '../session/user-module.js';
import { version } from '../session/version.js';
import { addBurstFlags, BURST_EXAMPLES } from './burst-flags.js';
import { addParameterFlags, addRunFlags, addStoreFlag, unknownWords } from './flags.js';
import { addExploreFlags } from './explore-flags.js';
import { addLimitFlags } from './limit-flags.js';
import { addLoadFlags } from './load-flags.js';
import { addMatrixFlags } from './matrix-flags.js';
import { addReplayFlags } from './replay-flags.js';
import { addInitFlags } from './init-flags.js';
import { addExportFlags, addJudgeFlags } from './runner-flags.js';
import { addDoctorFlags } from './store-flags.js';

interface CheckFlags {
  readonly json?: boolean;
  readonly scenario?: string;
  readonly config?: string;
}

const EXIT_CODES = `
Exit codes:
  0    holds (compare, matrix: every target met its expectation)
  1    violated, or a limit was not kept (--max-p99, --baseline, ...)
  2    inconclusive: too little evidence, or none for a limit
  3    could not run
  4    wrong usage
  130  interrupted (143: terminated); partial results are shown as such`;

const EXAMPLES = `
Examples:
  race-check flash-sale                                 can 33 buyers oversell 20 units?
  race-check flash-sale --target postgres/naive,postgres/optimistic
  race-check flash-sale --clients 100 --stock 50 --confidence 99% --max-rate 1%
  race-check compare flash-sale                         every strategy side by side
  race-check explore flash-sale --target postgres/naive every interleaving of two buyers
  race-check matrix --contract checkout --budget 2m     every strategy in every scenario
  race-check ./my.scenario.ts --target ./my.target.ts,postgres/naive
  race-check flash-sale --reporter junit=junit.xml --baseline main.json --max-slowdown 1.5 --max-p99 250ms
  race-check check reports/latest/history.jsonl         judge a recorded history again
  race-check burst POST http://localhost:5000/buy --reset 'POST /reset' --expect '2xx = 1'`;

export { explain } from './failure.js';
export { print } from './output.js';

/**
 * Reads argv and runs the command it names, with what was started for it. Resolves with the exit code. Rejects with UsageError
 * and the like.
 */
export async function runProgram(argv: readonly string[], headStart?: HeadStart): Promise<number> {
  const config = await configOf(argv);
  const scenario = await scenarioOf(argv, config);
  let exitCode = 0;
  const program = new Command('race-check')
    .description('Finds race conditions in real systems and says how sure it is.')
    .version(version(), '-V, --version')
    .addHelpText('after', `${EXIT_CODES}\n${EXAMPLES}`);

  const run =
    (kind: 'gate' | 'compare') => async (name: string | undefined, _options: unknown, command: Command) => {
      if (name === undefined) throw new UsageError([`expected a scenario; race-check list shows them all`]);
      if (name === argv[0]) refuseMistyped(name, program, scenarioNames(config));
      const { runCommand } = await import('./run-command.js');
      exitCode = await runCommand(kind, name, command, scenario, headStart);
    };

  const gate = program
    .command('run', { isDefault: true })
    .usage('<scenario> [options]')
    .argument('[scenario]', `${Object.keys(SCENARIOS).join(', ')}, or a file such as ./my.scenario.ts`)
    .description('run a scenario: each target stops at its first violation (the word "run" can be left out)')
    .action(run('gate'));
  const compare = program
    .command('compare')
    .argument('[scenario]')
    .description('every target side by side, all planned trials, with rates and costs')
    .action(run('compare'));
  for (const command of [gate, compare]) {
    addLoadFlags(addLimitFlags(addRunFlags(command)));
    if (scenario !== undefined) addParameterFlags(command, scenario);
    command.addHelpText(
      'after',
      scenario
        ? EXIT_CODES
        : `\nA scenario adds its own numbers: race-check flash-sale --help\n${EXIT_CODES}`,
    );
  }
  addStoreFlag(compare);
  addExploreFlags(
    program
      .command('explore')
      .argument('[scenario]')
      .description('every interleaving of two or three clients: hold each statement, decide who goes next')
      .addHelpText('after', EXIT_CODES)
      .action(async (name: string | undefined, { spec }: { readonly spec?: string }, command: Command) => {
        if (spec !== undefined) {
          const { exploreSpecCommand } = await import('./explore-spec-command.js');
          exitCode = await exploreSpecCommand(spec, name, command);
          return;
        }
        if (name === undefined) throw new UsageError([`expected a scenario; race-check list shows them all`]);
        exitCode = await (await import('./explore-command.js')).exploreCommand(name, command, scenario);
      }),
    scenario,
  );
  addReplayFlags(
    program
      .command('replay')
      .argument('<report>', 'the report.json of an exploration')
      .description(
        'carry out the counterexamples of a report again: exit code 1 if each shows its violation again',
      )
      .addHelpText('after', EXIT_CODES)
      .action(async (file: string, _options: unknown, command: Command) => {
        exitCode = await (await import('./replay-command.js')).replayCommand(file, command);
      }),
  );
  addExportFlags(
    program
      .command('export')
      .argument('<engine>', 'k6')
      .argument('<scenario>')
      .description('print one trial against an API that is running, as a script for k6')
      .addHelpText('after', EXIT_CODES)
      .action(async (engine: string, name: string, _options: unknown, command: Command) => {
        exitCode = await (await import('./export-command.js')).exportCommand(engine, name, command, scenario);
      }),
    scenario,
  );
  addJudgeFlags(
    program
      .command('judge')
      .argument('<outputs...>', 'what each runner of k6 wrote with --out json=FILE')
      .description(
        'one verdict on what several runners of an exported script sent, and on the state afterwards',
      )
      .addHelpText('after', EXIT_CODES)
      .action(async (outputs: string[], options: object, command: Command) => {
        demandKnown(command, outputs.length);
        exitCode = await (await import('./judge-command.js')).judgeCommand(outputs, options);
      }),
  );
  addMatrixFlags(
    program
      .command('matrix')
      .description(
        'every strategy in every scenario: what holds, how often the rest fails, and what it costs',
      )
      .addHelpText('after', EXIT_CODES)
      .action(async (_options: unknown, command: Command) => {
        exitCode = await (await import('./matrix-command.js')).matrixCommand(command);
      }),
  );
  addDoctorFlags(
    program
      .command('doctor')
      .description('which stores and load engines are here, and how to get those that are not')
      .action(async (_options: unknown, command: Command) => {
        exitCode = await (await import('./doctor-command.js')).doctorCommand(command);
      }),
  );
  addInitFlags(
    program
      .command('init')
      .description('write a race-check.config.ts for an HTTP API of your own')
      .action(async (_options: unknown, command: Command) => {
        exitCode = await (await import('./init-command.js')).initCommand(command);
      }),
  );
  addBurstFlags(
    program
      .command('burst')
      .argument('[method]', 'GET, POST, PUT, PATCH, DELETE, ...')
      .argument('[url]', 'http://localhost:5000/api/bookings')
      .description(
        'requests to your own HTTP API that arrive together, and what must be true of their answers',
      )
      .addHelpText('after', `${BURST_EXAMPLES}\n${EXIT_CODES}`)
      .action(async (_method: unknown, _url: unknown, _options: unknown, command: Command) => {
        exitCode = await (await import('./burst-command.js')).burstCommand(command);
      }),
  );
  program
    .command('list')
    .description('every scenario and every target')
    .option('--config <file>', 'targets and scenarios of your own (default: race-check.config.ts)')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean; config?: string }, command: Command) => {
      demandKnown(command, 0);
      const { listCommand } = await import('./list-command.js');
      exitCode = await listCommand({ json: options.json === true, config: options.config });
    });
  program
    .command('check')
    .argument('<history>', 'a history.jsonl, of ours or from elsewhere')
    .description('judge a recorded history')
    .option('--scenario <name>', 'the scenario whose checkers judge it (default: the one that it names)')
    .option('--config <file>', 'scenarios of your own (default: race-check.config.ts)')
    .option('--json', 'as JSON')
    .action(async (file: string, options: CheckFlags, command: Command) => {
      demandKnown(command, 1);
      const { checkCommand } = await import('./check-command.js');
      exitCode = await checkCommand(file, { ...options, json: options.json === true });
    });

  for (const command of program.commands) {
    // Ours name every mistake at once; commander's stop at the first.
    command
      .allowUnknownOption()
      .allowExcessArguments()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
  }
  program.exitOverride().configureOutput({ writeErr: () => undefined });
  // Written out, so that `race-check flash-sale --help` is the help of the run and not of the program.
  const isNamed = program.commands.some((command) => command.name() === argv[0]);
  const words = scenario === undefined || isNamed ? argv : ['run', ...argv];
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw new UsageError([error.message.replace(/^error: /, '')]);
  }
  return exitCode;
}

/** The scenario among the words, if there is one that can be loaded: its numbers become flags. What is wrong is said later. */
async function scenarioOf(
  argv: readonly string[],
  config: LoadedConfig | undefined,
): Promise<AnyScenario | undefined> {
  // What looks like a scenario there is a URL, or the value of a flag.
  if (argv[0] === 'burst') return undefined;
  const names = scenarioNames(config);
  const word = argv.find((one, index) => !isFlagValue(argv, index) && (names.includes(one) || isFile(one)));
  if (word === undefined) return undefined;
  return findScenario(word, process.cwd(), config).catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
}

function scenarioNames(config: LoadedConfig | undefined): readonly string[] {
  return [...Object.keys(SCENARIOS), ...(config?.scenarios.map(({ name }) => name) ?? [])];
}

/** The config that the words name, or that lies in the working directory. What is wrong with it is said later. */
async function configOf(argv: readonly string[]): Promise<LoadedConfig | undefined> {
  try {
    const at = argv.findIndex((word) => word === '--config' || word.startsWith('--config='));
    const given = argv[at]?.startsWith('--config=') ? argv[at].slice('--config='.length) : argv[at + 1];
    const file = findConfig(process.cwd(), at === -1 ? undefined : given);
    return file === undefined ? undefined : await loadConfig(file);
  } catch (error) {
    if (error instanceof UsageError || error instanceof UserModuleFailed) return undefined;
    throw error;
  }
}

/** `--target ./my.target.ts` names no scenario. */
function isFlagValue(argv: readonly string[], index: number): boolean {
  return /^(-t|--target|-o|--out|--seed|--store|--contract|--markdown|--reporter|--baseline|--exec|--config|--base-url|--command|--file)$/.test(
    argv[index - 1] ?? '',
  );
}

/** The first word is a command or, where none has that name, a scenario: near to a command it is more likely that. */
function refuseMistyped(word: string, { commands }: Command, scenarios: readonly string[]): void {
  if (isFile(word) || didYouMean(word, scenarios) !== '') return;
  const meant = didYouMean(
    word,
    commands.map((command) => command.name()),
  );
  if (meant !== '') throw new UsageError([`unknown command "${word}"${meant}`]);
}

function demandKnown(command: Command, words: number): void {
  const problems: string[] = [];
  unknownWords(command, words, problems);
  const [first, ...rest] = problems;
  if (first !== undefined) throw new UsageError([first, ...rest]);
}
