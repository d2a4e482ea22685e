import type { Command } from 'commander';
import { demandNone } from '../core/usage-error.js';
import type { ExploreReport } from '../report/explore-report.js';
import { renderExplore } from '../report/explore-terminal.js';
import { writeFolder, type WrittenRun } from '../report/files.js';
import type { AnyScenario } from '../session/choice.js';
import { runExplore } from '../session/explore.js';
import { planExplore } from '../session/plan-explore.js';
import { addPlanProblems, attended } from './attended-run.js';
import { readExploreFlags, type ExploreFlags } from './explore-flags.js';
import { unknownWords } from './flags.js';
import { print, terminalWidth, wantsColour } from './output.js';

/** `race-check explore <scenario>`: hold every statement, decide who goes next, report, exit code. */
export async function exploreCommand(
  name: string,
  command: Command,
  scenario: AnyScenario | undefined,
): Promise<number> {
  const flags = await readEverything(name, command, scenario);
  return attended({ ...flags, unit: 'schedule' }, async (run) => {
    const { report, leftovers } = await runExplore(
      { ...flags.explore, scenario: name, ...run.options },
      () => new Date(),
    );
    const final: ExploreReport = { ...report, exitCode: run.exitCode(report.exitCode) };
    const { written, problem } = await run.keep((serverLogs) =>
      writeFolder({ out: flags.out, report: final, serverLogs }),
    );
    run.finish(leftovers);
    await print(process.stdout, rendered(final, name, flags, written));
    if (problem !== undefined) throw problem;
    return final.exitCode;
  });
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
  await addPlanProblems(() => planExplore({ ...flags.explore, scenario: name }), flags, problems);
  demandNone(problems);
  return flags;
}

type Written = WrittenRun<ExploreReport>;

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
