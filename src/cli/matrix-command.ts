import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { demandNone, UsageError } from '../core/usage-error.js';
import { ReportNotWritten } from '../report/files.js';
import { matrixMarkdown } from '../report/matrix-markdown.js';
import type { Matrix } from '../report/matrix-report.js';
import { renderMatrix } from '../report/matrix-terminal.js';
import { createProgress } from '../report/progress.js';
import { planMatrix, runMatrix } from '../session/matrix.js';
import { unknownWords } from './flags.js';
import { readMatrixFlags, type MatrixFlags } from './matrix-flags.js';
import { print, terminalWidth, wantsColour } from './output.js';
import { onInterrupt } from './signals.js';

/** `race-check matrix`: every strategy in every scenario, within a budget. */
export async function matrixCommand(command: Command): Promise<number> {
  const flags = await readEverything(command);
  const progress = createProgress({
    stream: process.stderr,
    isTty: process.stderr.isTTY,
    now: () => performance.now(),
    quiet: flags.quiet,
  });
  const interruption = onInterrupt();
  try {
    const { signal } = interruption;
    const { matrix, leftovers } = await runMatrix(
      { ...flags.matrix, isolation: 'process', signal, progress },
      () => new Date(),
    );
    for (const leftover of leftovers) progress.note(leftover);
    progress.finish();
    const exitCode = interruption.exitCode() ?? matrix.exitCode;
    const final: Matrix = { ...matrix, exitCode };
    await print(process.stdout, rendered(final, flags));
    // Written last: what cannot be written after all has been shown at least.
    if (flags.markdown !== undefined) await writeWhole(flags.markdown, matrixMarkdown(final));
    return exitCode;
  } finally {
    progress.finish();
    interruption.release();
  }
}

/** Flags, names, numbers and the file: every mistake at once, before anything is started. */
async function readEverything(command: Command): Promise<MatrixFlags> {
  const problems: string[] = [];
  unknownWords(command, 0, problems);
  const flags = readMatrixFlags(command.opts(), process.env, problems);
  try {
    await planMatrix(flags.matrix);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
  }
  if (flags.markdown !== undefined) problems.push(...(await unwritableFile(flags.markdown)));
  demandNone(problems);
  return flags;
}

async function unwritableFile(file: string): Promise<readonly string[]> {
  const probe = partialOf(file);
  try {
    await writeFile(probe, '');
    await rm(probe);
    return [];
  } catch (error) {
    return [`expected a file that can be written for --markdown, got "${file}": ${reasonOf(error)}`];
  }
}

/** Under another name, then renamed: whoever reads it has all of it. */
async function writeWhole(file: string, text: string): Promise<void> {
  const partial = partialOf(file);
  try {
    await writeFile(partial, text);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new ReportNotWritten(`${file} could not be written: ${reasonOf(error)}`, { cause: error });
  }
}

function partialOf(file: string): string {
  const { dir, base } = path.parse(path.resolve(file));
  return path.join(dir, `.${base}.${process.pid}-${randomBytes(3).toString('hex')}.partial`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function rendered(matrix: Matrix, { json }: MatrixFlags): string {
  if (json) return `${JSON.stringify(matrix, undefined, 2)}\n`;
  return renderMatrix(matrix, {
    width: terminalWidth(process.stdout, process.env),
    colour: wantsColour(process.stdout, process.env),
  });
}
