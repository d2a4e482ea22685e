import type { Command } from 'commander';
import { demandNone } from '../core/usage-error.js';
import { writeRun, type WrittenRun } from '../report/files.js';
import type { Report } from '../report/report.js';
import { reportMarkdown } from '../report/report-markdown.js';
import { renderTerminal } from '../report/terminal.js';
import { suitesOfReport } from '../report/test-suites.js';
import type { AnyScenario } from '../session/choice.js';
import type { HeadStart } from '../session/head-start.js';
import { recordedHistories } from '../session/recorded-histories.js';
import type { SessionOptions } from '../session/options.js';
import { planSession } from '../session/plan-session.js';
import { runSession } from '../session/race-check.js';
import { addPlanProblems, attended } from './attended-run.js';
import { readRunFlags, unknownWords, type RunFlags } from './flags.js';
import { readReporters, tell, type Renderings, type Reporter } from './reporters.js';
import { readLimitFlags } from './limit-flags.js';
import { readLoadFlags } from './load-flags.js';

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
  headStart?: HeadStart,
): Promise<number> {
  const flags = await readEverything(kind, name, command, scenario);
  return runAndShow({ ...flags.session, scenario: name, command: kind, headStart }, flags, name);
}

/** Runs a session, keeps and prints its report. `typed` is the scenario as the user named it, `announced` what is said first. */
export async function runAndShow(
  options: SessionOptions,
  flags: ShowFlags,
  typed: string,
  announced: readonly string[] = [],
): Promise<number> {
  return attended(flags, async (run) => {
    for (const line of announced) run.options.progress.note(line);
    const { report, violations, stopped } = await runSession(
      { ...options, ...run.options },
      () => new Date(),
    );
    try {
      const final: Report = { ...report, exitCode: run.exitCode(report.exitCode) };
      const histories = recordedHistories(final, violations);
      const { written, problem } = await run.keep((serverLogs) =>
        writeRun({ out: flags.out, report: final, histories, serverLogs }),
      );
      run.finish([]);
      await tell(flags.reporters, renderingsOf(written?.report ?? final, typed, written), process.env);
      if (problem !== undefined) throw problem;
      return final.exitCode;
    } finally {
      run.finish(await stopped);
    }
  });
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
  await addPlanProblems(
    () => planSession({ ...flags.session, scenario: name, command: kind }),
    flags,
    problems,
  );
  const reporters = await readReporters(flags.reporters, flags.json, problems);
  demandNone(problems);
  return { ...flags, reporters };
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
