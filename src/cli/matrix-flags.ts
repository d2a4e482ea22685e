import { Option, type Command } from 'commander';
import { MATRIX_DEFAULTS, type MatrixOptions } from '../session/matrix-options.js';
import { addBudgetFlag, addConditionFlags, addStoreFlag, COLLECT, named, readRunFlags } from './flags.js';

/** The flags of a matrix, read. */
export interface MatrixFlags {
  readonly matrix: MatrixOptions;
  readonly json: boolean;
  /** As they were asked for. */
  readonly reporters: readonly string[];
  readonly quiet: boolean;
}

export function addMatrixFlags(command: Command): Command {
  addBudgetFlag(command, `${MATRIX_DEFAULTS.budgetMs / 60_000}m`).addOption(
    new Option('--contract <names>', 'only these contracts, separated by commas')
      .argParser(COLLECT)
      .default([], 'all'),
  );
  return addConditionFlags(addStoreFlag(command)).option(
    '--markdown <file>',
    'the same as --reporter markdown=FILE: intervals, trials and refusals too',
  );
}

/** Reads everything; adds one sentence to `problems` for each thing that does not make sense. */
export function readMatrixFlags(
  flags: Readonly<Record<string, string | string[] | boolean | undefined>>,
  env: NodeJS.ProcessEnv,
  problems: string[],
): MatrixFlags {
  const { session, json, reporters, quiet } = readRunFlags(flags, undefined, env, problems);
  const markdown = flags['markdown'] as string | undefined;
  return {
    matrix: {
      ...session,
      contracts: named('--contract', 'names', flags['contract'], problems),
    },
    json,
    reporters: [...reporters, ...(markdown === undefined ? [] : [`markdown=${markdown}`])],
    quiet,
  };
}
