import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UsageError } from '../core/usage-error.js';
import { checkWritable, ReportNotWritten } from '../report/files.js';
import { createProgress, type Progress } from '../report/progress.js';
import { onInterrupt } from './signals.js';

/** How a run is attended to. */
export interface Attendance {
  readonly quiet: boolean;
  /** Default: false. Servers' logs are kept with a report. */
  readonly writeReport?: boolean;
  /** Default: trial. */
  readonly unit?: 'trial' | 'schedule';
}

/** A run that can be interrupted, tells how far it is, and may leave logs of servers. */
export interface AttendedRun {
  /** What a session takes from its command. */
  readonly options: {
    readonly isolation: 'process';
    readonly signal: AbortSignal;
    readonly progress: Progress;
    readonly keepLogsIn?: string;
  };
  /** That of the signal which interrupted the run, else this one. */
  exitCode(ofReport: number): number;
  /** What went wrong while cleaning up is said, then nothing more on stderr. */
  finish(leftovers: readonly string[]): void;
  /** A report that cannot be written after all is shown before it is complained of: the run is not lost. */
  keep<Written>(write: (serverLogs: string | undefined) => Promise<Written>): Promise<Kept<Written>>;
}

export interface Kept<Written> {
  readonly written?: Written;
  readonly problem?: ReportNotWritten;
}

/** How often a line that tells of time is looked after. */
export const TICK_MS = 1_000;

/** Has `body` run, then lets go of signals, the line on stderr and logs, however it ended. */
export async function attended<T>(
  { quiet, writeReport = false, unit }: Attendance,
  body: (run: AttendedRun) => Promise<T>,
): Promise<T> {
  const progress = createProgress({
    stream: process.stderr,
    isTty: process.stderr.isTTY,
    now: () => performance.now(),
    quiet,
    ...(unit === undefined ? {} : { unit }),
  });
  const interruption = onInterrupt();
  const ticking = setInterval(() => progress.tick(), TICK_MS).unref();
  // Made when there is a log to keep, so that a kill before leaves nothing.
  const logs = writeReport ? path.join(os.tmpdir(), `race-check-logs-${randomUUID()}`) : undefined;
  const { signal } = interruption;
  try {
    return await body({
      options: {
        ...{ isolation: 'process', signal, progress },
        ...(logs === undefined ? {} : { keepLogsIn: logs }),
      },
      exitCode: (ofReport) => interruption.exitCode() ?? ofReport,
      finish: (leftovers) => {
        for (const leftover of leftovers) progress.note(leftover);
        progress.finish();
      },
      keep: async (write) => {
        if (!writeReport) return {};
        try {
          return { written: await write(logs !== undefined && existsSync(logs) ? logs : undefined) };
        } catch (error) {
          if (error instanceof ReportNotWritten) return { problem: error };
          throw error;
        }
      },
    });
  } finally {
    clearInterval(ticking);
    progress.finish();
    interruption.release();
    if (logs !== undefined) await rm(logs, { recursive: true, force: true });
  }
}

/** Adds what is wrong with the names and numbers of a plan, and with the folder that reports go to. */
export async function addPlanProblems(
  plan: () => Promise<unknown>,
  { writeReport, out }: { readonly writeReport: boolean; readonly out: string },
  problems: string[],
): Promise<void> {
  try {
    await plan();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
  }
  const problem = writeReport ? await checkWritable(out) : undefined;
  if (problem !== undefined) problems.push(problem);
}
