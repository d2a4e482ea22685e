import { Option, type Command } from 'commander';
import type { AnyScenario } from '../session/choice.js';
import { DEFAULT_PARALLELISM } from '../session/options.js';
import { addTimeLimitFlags } from './limit-flags.js';
import { addParameterFlags, COLLECT } from './flags.js';

/** The flags of `race-check export`. */
export function addExportFlags(command: Command, scenario: AnyScenario | undefined): Command {
  command
    .addOption(
      new Option('-t, --target <id>', 'the API, by id or file; it must be running')
        .argParser(COLLECT)
        .default([], 'none, it must be named'),
    )
    .option('--config <file>', 'targets of your own (default: race-check.config.ts, where there is one)')
    .option('--seed <text>', 'draws the same attempts again (default: drawn)')
    .option('--timeout <duration>', 'limit of one request, e.g. 500ms, 30s (default: 30s)')
    .option('--operator', 'as YAML for k6-operator: a TestRun, and a ConfigMap with the script')
    .option(
      '--parallelism <number>',
      `with --operator: over how many runners the clients are spread (default: ${DEFAULT_PARALLELISM})`,
    )
    .option('--reset', "put the scenario's initial state into the API as well")
    .option('--allow-remote', 'allow an API that is not on this machine');
  addTimeLimitFlags(command);
  return scenario === undefined ? command : addParameterFlags(command, scenario);
}

/** The flags of `race-check judge`. */
export function addJudgeFlags(command: Command): Command {
  return command
    .option('-t, --target <id>', 'the API that was sent to, by id or file (default: as it was exported)')
    .option('--config <file>', 'targets and scenarios of your own (default: race-check.config.ts)')
    .option(
      '--state <file>',
      "the final state as JSON, in the contract's shape (default: the API is asked for it)",
    )
    .option('--allow-remote', 'allow an API that is not on this machine')
    .option('--json', 'as JSON');
}
