import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { demandNone, UsageError } from '../core/usage-error.js';
import type { ExploreReport } from '../report/explore-report.js';
import { renderExplore } from '../report/explore-terminal.js';
import { checkWritable, ReportNotWritten, writeFolder } from '../report/files.js';
import { createProgress } from '../report/progress.js';
import type { AnyScenario } from '../session/choice.js';
import { runExplore } from '../session/explore.js';
import { planExplore } from '../session/plan-explore.js';
import { readExploreFlags, type ExploreFlags } from './explore-flags.js';
import { unknownWords } from './flags.js';
import { print, terminalWidth, wantsColour } from './output.js';
import { onInterrupt } from './signals.js';

/** `race-check explore <scenario>`: hold every statement, decide who goes next, report, exit code. */
export async function exploreCommand(
  name: string,
  command: Command,
  scenario: AnyScenario | undefined,
): Promise<number> {
  const flags = await readEverything(name, command, scenario);
  const progress = createProgress({
    stream: process.stderr,
    isTty: process.stderr.isTTY,
    now: () => performance.now(),
    quiet: flags.quiet,
    unit: 'schedule',
  });
  const interruption = onInterrupt();
  // Made when there is a log to keep, so that a kill before leaves nothing.
  const logs = flags.writeReport ? path.join(os.tmpdir(), `race-check-logs-${randomUUID()}`) : undefined;
  try {
    const { report, leftovers } = await runExplore(
      {
        ...flags.explore,
        scenario: name,
        isolation: 'process',
        signal: interruption.signal,
        progress,
        ...(logs === undefined ? {} : { keepLogsIn: logs }),
      },
      () => new Date(),
    );
    for (const leftover of leftovers) progress.note(leftover);
    const final: ExploreReport = { ...report, exitCode: interruption.exitCode() ?? report.exitCode };
    const { written, problem } = await keep(final, flags, logs);
    progress.finish();
    await print(process.stdout, rendered(final, name, flags, written));
    if (problem !== undefined) throw problem;
    return final.exitCode;
  } finally {
    progress.finish();
    interruption.release();
    if (logs !== undefined) await rm(logs, { recursive: true, force: true });
  }
}

/** Flags, names, numbers and the output folder: every mistake at once, before anything is started. */
async function readEverything(
  name: string,
  command: Command,
  scenario: AnyScenario | undefined,
): Promise<ExploreFlags> {
  const problems: string[] = [];
  unknownWords(command, 1, problems, scenario !== undefined);
  const flags = readExploreFlags(command.opts(), scenario, process.env, problems);
  try {
    await planExplore({ ...flags.explore, scenario: name });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
  }
  if (flags.writeReport) {
    const problem = await checkWritable(flags.out);
    if (problem !== undefined) problems.push(problem);
  }
  demandNone(problems);
  return flags;
}

type Written = Awaited<ReturnType<typeof writeFolder>>;

/** A report that cannot be written after all is shown before it is complained of. */
async function keep(
  report: ExploreReport,
  { writeReport, out }: ExploreFlags,
  logs: string | undefined,
): Promise<{ readonly written?: Written; readonly problem?: ReportNotWritten }> {
  if (!writeReport) return {};
  const serverLogs = logs !== undefined && existsSync(logs) ? logs : undefined;
  try {
    return { written: await writeFolder({ out, report, serverLogs }) };
  } catch (error) {
    if (error instanceof ReportNotWritten) return { problem: error };
    throw error;
  }
}

function rendered(
  report: ExploreReport,
  name: string,
  { json }: ExploreFlags,
  written: Written | undefined,
): string {
  if (json) return `${JSON.stringify(report, undefined, 2)}\n`;
  return renderExplore(report, {
    width: terminalWidth(process.stdout, process.env),
    colour: wantsColour(process.stdout, process.env),
    written,
    typed: name,
  });
}
