import { Command, CommanderError } from 'commander';
import { UsageError } from '../core/usage-error.js';
import { isFile } from '../session/find-scenario.js';
import type { HeadStart } from '../session/head-start.js';
import { didYouMean } from '../session/nearest.js';
import { watchUserCode } from '../session/user-code.js';
import { version } from '../session/version.js';
import { codeLimits } from './code-limits.js';
import { addBurstFlags, BURST_EXAMPLES } from './burst-flags.js';
import {
  addBudgetFlag,
  addParameterFlags,
  addRunFlags,
  addStoreFlag,
  unknownWords,
  wordsOf,
} from './flags.js';
import { addExploreFlags } from './explore-flags.js';
import { helpAfter, PROGRAM_HELP } from './help-texts.js';
import { addLimitFlags } from './limit-flags.js';
import { addLoadFlags } from './load-flags.js';
import { addMatrixFlags } from './matrix-flags.js';
import { withoutMissingValues } from './missing-values.js';
import { configOf, helpAsFlag, scenarioNames, scenarioOf } from './named-scenario.js';
import { print } from './output.js';
import { addReplayFlags } from './replay-flags.js';
import { addInitFlags } from './init-flags.js';
import { addExportFlags, addJudgeFlags } from './runner-flags.js';
import { addDoctorFlags } from './store-flags.js';

export { explain } from './failure.js';
export { print } from './output.js';

/**
 * Reads argv and runs the command it names, with what was started for it. Resolves with the exit code. Rejects with UsageError
 * and the like.
 */
export async function runProgram(given: readonly string[], headStart?: HeadStart): Promise<number> {
  watchUserCode(codeLimits(process.env));
  const argv = helpAsFlag(given);
  const config = await configOf(argv);
  const scenario = await scenarioOf(argv, config);
  let exitCode = 0;
  const program = new Command('race-check')
    .description('Finds race conditions in real systems and says how sure it is.')
    .version(version(), '-V, --version')
    .addHelpText('after', PROGRAM_HELP);

  const run =
    (kind: 'gate' | 'compare') => async (_name: string | undefined, _options: unknown, command: Command) => {
      const name = scenarioName(command);
      if (name === argv[0]) refuseMistyped(name, program, scenarioNames(config));
      const { runCommand } = await import('./run-command.js');
      exitCode = await runCommand(kind, name, command, scenario, headStart);
    };

  const gate = program
    .command('run', { isDefault: true })
    .usage('<scenario> [options]')
    .argument('[scenario]', `${scenarioNames(config).join(', ')}, or a file such as ./my.scenario.ts`)
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
    else command.addHelpText('after', '\nA scenario adds its own numbers: race-check flash-sale --help');
  }
  addBudgetFlag(addStoreFlag(compare), 'as long as the trials take');
  addExploreFlags(
    program
      .command('explore')
      .argument('[scenario]')
      .description('every interleaving of two or three clients: hold each statement, decide who goes next')
      .action(async (_given: string | undefined, { spec }: { readonly spec?: string }, command: Command) => {
        if (spec !== undefined) {
          const { exploreSpecCommand } = await import('./explore-spec-command.js');
          exitCode = await exploreSpecCommand(spec, command);
          return;
        }
        const name = scenarioName(command);
        exitCode = await (await import('./explore-command.js')).exploreCommand(name, command, scenario);
      }),
    scenario,
  );
  addReplayFlags(
    program
      .command('replay')
      .usage('[options] <report>')
      .argument('[report]', 'the report.json of an exploration')
      .description(
        'carry out the counterexamples of a report again: exit code 1 if each shows its violation again',
      )
      .action(async (_file: unknown, _options: unknown, command: Command) => {
        exitCode = await (await import('./replay-command.js')).replayCommand(command);
      }),
  );
  addExportFlags(
    program
      .command('export')
      .usage('[options] <engine> <scenario>')
      .argument('[engine]', 'k6')
      .argument('[scenario]', 'by name or file')
      .description('print one trial against an API that is running, as a script for k6')
      .action(async (_engine: unknown, _name: unknown, _options: unknown, command: Command) => {
        exitCode = await (await import('./export-command.js')).exportCommand(command, scenario);
      }),
    scenario,
  );
  addJudgeFlags(
    program
      .command('judge')
      .usage('[options] <outputs...>')
      .argument('[outputs...]', 'what each runner of k6 wrote with --out json=FILE')
      .description(
        'one verdict on what several runners of an exported script sent, and on the state afterwards',
      )
      .action(async (_outputs: unknown, _options: unknown, command: Command) => {
        exitCode = await (await import('./judge-command.js')).judgeCommand(command);
      }),
  );
  addMatrixFlags(
    program
      .command('matrix')
      .description(
        'every strategy in every scenario: what holds, how often the rest fails, and what it costs',
      )
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
      .addHelpText('after', BURST_EXAMPLES)
      .action(async (_method: unknown, _url: unknown, _options: unknown, command: Command) => {
        exitCode = await (await import('./burst-command.js')).burstCommand(command);
      }),
  );
  program
    .command('list')
    .argument('[names...]', 'contracts, scenarios or targets of which everything is told')
    .description('every scenario and every target')
    .option('--config <file>', 'targets and scenarios of your own (default: race-check.config.ts)')
    .option('--json', 'as JSON')
    .action(
      async (names: readonly string[], options: { json?: boolean; config?: string }, command: Command) => {
        demandKnown(command, names.length);
        const { listCommand } = await import('./list-command.js');
        exitCode = await listCommand({ names, json: options.json === true, config: options.config });
      },
    );
  program
    .command('check')
    .usage('[options] <history>')
    .argument('[history]', 'a history.jsonl, of ours or from elsewhere')
    .description('judge a recorded history')
    .option('--scenario <name>', 'the scenario whose checkers judge it (default: the one that it names)')
    .option('--config <file>', 'scenarios of your own (default: race-check.config.ts)')
    .option('--json', 'as JSON')
    .action(async (_file: unknown, _options: unknown, command: Command) => {
      exitCode = await (await import('./check-command.js')).checkCommand(command);
    });

  let help = '';
  const output = { writeErr: () => undefined, writeOut: (text: string) => void (help += text) };
  for (const command of program.commands) {
    // Ours name every mistake at once; commander's stop at the first.
    command.allowUnknownOption().allowExcessArguments().exitOverride().configureOutput(output);
    command.addHelpText('after', helpAfter(command.name()));
  }
  program.exitOverride().configureOutput(output);
  // Written out, so that `race-check flash-sale --help` is the help of the run and not of the program.
  const isNamed = program.commands.some((command) => command.name() === argv[0]);
  if (given[0] === 'help' && !isNamed && scenario === undefined && argv[0] !== '--help') {
    const known = [...program.commands.map((command) => command.name()), ...scenarioNames(config)];
    throw new UsageError([`unknown command or scenario "${argv[0]}"${didYouMean(argv[0]!, known)}`]);
  }
  const words = scenario === undefined || isNamed ? argv : ['run', ...argv];
  const named = program.commands.find((command) => command.name() === words[0]) ?? gate;
  try {
    await program.parseAsync([...withoutMissingValues(named, words)], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await print(process.stdout, help);
      return 0;
    }
    throw new UsageError([error.message.replace(/^error: /, '')]);
  }
  return exitCode;
}

/** Where an unknown option stands before it, commander takes that for the scenario. */
function scenarioName(command: Command): string {
  const [name] = wordsOf(command).words;
  if (name !== undefined) return name;
  const problems: string[] = [];
  unknownWords(command, 0, problems);
  throw new UsageError([...problems, 'expected a scenario; race-check list shows them all'] as [string]);
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
