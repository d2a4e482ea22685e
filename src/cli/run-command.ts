import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { demandNone, UsageError } from '../core/usage-error.js';
import { checkWritable, ReportNotWritten, writeRun, type WrittenRun } from '../report/files.js';
import { createProgress } from '../report/progress.js';
import type { Report } from '../report/report.js';
import { reportMarkdown } from '../report/report-markdown.js';
import { renderTerminal } from '../report/terminal.js';
import { suitesOfReport } from '../report/test-suites.js';
import type { AnyScenario } from '../session/choice.js';
import { recordedHistories } from '../session/recorded-histories.js';
import type { SessionOptions } from '../session/options.js';
import { planSession } from '../session/plan-session.js';
import { runSession } from '../session/race-check.js';
import { readRunFlags, unknownWords, type RunFlags } from './flags.js';
import { readReporters, tell, type Renderings, type Reporter } from './reporters.js';
import { readLimitFlags } from './limit-flags.js';
import { readLoadFlags } from './load-flags.js';
import { onInterrupt } from './signals.js';

/** What becomes of a report. */
export type ShowFlags = Pick<RunFlags, 'out' | 'writeReport' | 'quiet'> & {
  readonly reporters: readonly Reporter[];
};

/** `race-check <scenario>` and `race-check compare <scenario>`: run, report, exit code. */
export async function runCommand(
  kind: 'gate' | 'compare',
  name: string,
  command: Command,
  scenario: AnyScenario | undefined,
): Promise<number> {
  const flags = await readEverything(kind, name, command, scenario);
  return runAndShow({ ...flags.session, scenario: name, command: kind }, flags, name);
}

/** Runs a session, keeps and prints its report. `typed` is the scenario as the user named it, `announced` what is said first. */
export async function runAndShow(
  options: SessionOptions,
  flags: ShowFlags,
  typed: string,
  announced: readonly string[] = [],
): Promise<number> {
  const progress = createProgress({
    stream: process.stderr,
    isTty: process.stderr.isTTY,
    now: () => performance.now(),
    quiet: flags.quiet,
  });
  for (const line of announced) progress.note(line);
  const interruption = onInterrupt();
  // Made when there is a log to keep, so that a kill before leaves nothing.
  const logs = flags.writeReport ? path.join(os.tmpdir(), `race-check-logs-${randomUUID()}`) : undefined;
  try {
    const { report, violations, leftovers } = await runSession(
      {
        ...options,
        isolation: 'process',
        signal: interruption.signal,
        progress,
        ...(logs === undefined ? {} : { keepLogsIn: logs }),
      },
      () => new Date(),
    );
    for (const leftover of leftovers) progress.note(leftover);
    const exitCode = interruption.exitCode() ?? report.exitCode;
    const final: Report = { ...report, exitCode };
    const histories = recordedHistories(final, violations);
    const { written, problem } = await keep(final, histories, flags, logs);
    progress.finish();
    await tell(flags.reporters, renderingsOf(written?.report ?? final, typed, written), process.env);
    if (problem !== undefined) throw problem;
    return exitCode;
  } finally {
    progress.finish();
    interruption.release();
    if (logs !== undefined) await rm(logs, { recursive: true, force: true });
  }
}

/** Flags, names, numbers and the output folder: every mistake at once, before anything is started. */
async function readEverything(
  kind: 'gate' | 'compare',
  name: string,
  command: Command,
  scenario: AnyScenario | undefined,
): Promise<Omit<RunFlags, 'reporters'> & { readonly reporters: readonly Reporter[] }> {
  const problems: string[] = [];
  unknownWords(command, 1, problems, scenario !== undefined);
  const read = readRunFlags(command.opts(), scenario, process.env, problems);
  const limits = await readLimitFlags(command.opts(), problems);
  const load = readLoadFlags(command.opts(), problems);
  const flags = { ...read, session: { ...read.session, ...load, limits } };
  try {
    await planSession({ ...flags.session, scenario: name, command: kind });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
  }
  if (flags.writeReport) {
    const problem = await checkWritable(flags.out);
    if (problem !== undefined) problems.push(problem);
  }
  const reporters = await readReporters(flags.reporters, flags.json, problems);
  demandNone(problems);
  return { ...flags, reporters };
}

/** A report that cannot be written after all is shown before it is complained of: the run is not lost. */
async function keep(
  report: Report,
  histories: ReadonlyMap<string, string>,
  flags: ShowFlags,
  logs: string | undefined,
): Promise<{ written?: WrittenRun; problem?: ReportNotWritten }> {
  if (!flags.writeReport) return {};
  const hasLogs = logs !== undefined && existsSync(logs);
  try {
    const written = await writeRun({
      out: flags.out,
      report,
      histories,
      ...(hasLogs ? { serverLogs: logs } : {}),
    });
    return { written };
  } catch (error) {
    if (error instanceof ReportNotWritten) return { problem: error };
    throw error;
  }
}

function renderingsOf(report: Report, name: string, written: WrittenRun | undefined): Renderings {
  return {
    table: (look) =>
      renderTerminal(report, {
        ...look,
        written,
        typed: { scenario: name, words: process.argv.slice(2) },
      }),
    json: () => report,
    markdown: () => reportMarkdown(report),
    tests: () => suitesOfReport(report),
  };
}
