import type { Command } from 'commander';
import { demandNone, UsageError } from '../core/usage-error.js';
import { matrixMarkdown } from '../report/matrix-markdown.js';
import type { Matrix } from '../report/matrix-report.js';
import { renderMatrix } from '../report/matrix-terminal.js';
import { suitesOfMatrix } from '../report/test-suites.js';
import { planMatrix, runMatrix } from '../session/matrix.js';
import { attended } from './attended-run.js';
import { unknownWords } from './flags.js';
import { readMatrixFlags, type MatrixFlags } from './matrix-flags.js';
import { readReporters, tell, type Renderings, type Reporter } from './reporters.js';

/** `race-check matrix`: every strategy in every scenario, within a budget. */
export async function matrixCommand(command: Command): Promise<number> {
  const flags = await readEverything(command);
  return attended(flags, async (run) => {
    const { matrix, leftovers } = await runMatrix({ ...flags.matrix, ...run.options }, () => new Date());
    run.finish(leftovers);
    const final: Matrix = { ...matrix, exitCode: run.exitCode(matrix.exitCode) };
    await tell(flags.reporters, renderingsOf(final), process.env);
    return final.exitCode;
  });
}

/** Flags, names, numbers and the file: every mistake at once, before anything is started. */
async function readEverything(
  command: Command,
): Promise<Omit<MatrixFlags, 'reporters'> & { readonly reporters: readonly Reporter[] }> {
  const problems: string[] = [];
  unknownWords(command, 0, problems);
  const flags = readMatrixFlags(command.opts(), process.env, problems);
  try {
    await planMatrix(flags.matrix);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
  }
  const reporters = await readReporters(flags.reporters, flags.json, problems);
  demandNone(problems);
  return { ...flags, reporters };
}

function renderingsOf(matrix: Matrix): Renderings {
  return {
    table: (look) => renderMatrix(matrix, look),
    json: () => matrix,
    markdown: () => matrixMarkdown(matrix),
    tests: () => suitesOfMatrix(matrix),
  };
}
