import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Command } from 'commander';
import type { Json } from '../core/json.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import type { VerdictKind } from '../core/verdict.js';
import { whyUnreadable } from '../report/unreadable.js';
import { shownThreshold, thresholdsIn, type K6Threshold } from '../engine/k6-thresholds.js';
import { EXIT } from '../session/exit-code.js';
import { findScenario } from '../session/find-scenario.js';
import { findTarget } from '../session/find-targets.js';
import { loadConfig } from '../session/config.js';
import { judgeHistory } from '../session/judge-history.js';
import { resolveParameters } from '../session/parameters.js';
import { exportedOf, mergeRunners, withTarget } from '../session/k6-runners.js';
import { apiUrlProblems } from '../session/store-problems.js';
import { historyText } from './check-command.js';
import { flow, paragraph } from '../report/text-width.js';
import { configFlag, neededWords, unknownWords } from './flags.js';
import { print, terminalWidth } from './output.js';

interface JudgeFlags {
  readonly target?: string;
  readonly config?: string;
  readonly state?: string;
  readonly allowRemote?: boolean;
  readonly json?: boolean;
}

/** `race-check judge <outputs...>`: one verdict on what several runners of k6 sent, and on the state afterwards. */
export async function judgeCommand(command: Command): Promise<number> {
  const flags: JudgeFlags = command.opts();
  const problems: string[] = [];
  unknownWords(command, Infinity, problems);
  const files = neededWords(command, ['the output of each runner'], problems);
  const { config: place } = configFlag(flags.config, problems);
  const texts = await Promise.allSettled(files.map(textOf));
  for (const text of texts) if (text.status === 'rejected') problems.push(...problemsOf(text.reason));
  demandNone(problems);
  const outputs = texts.flatMap((text, place) =>
    text.status === 'fulfilled' ? [{ name: files[place]!, text: text.value }] : [],
  );
  const { exported, answers } = exportedOf(outputs);
  const cwd = process.cwd();
  const config = place === undefined ? undefined : await loadConfig(place);
  const scenario = await findScenario(exported.scenario, cwd, config);
  const given = flags.target ?? exported.target;
  resolveParameters(scenario, exported.parameters, problems);
  const chosen = await findTarget(given, scenario, { cwd, config }, problems);
  if (chosen !== undefined && chosen.target.id !== exported.target) {
    problems.push(
      `expected the API that was sent to for --target, which is ${exported.target}, got ${chosen.target.id}`,
    );
  }
  const allowRemote = flags.allowRemote ?? false;
  if (chosen !== undefined && flags.state === undefined)
    problems.push(...apiUrlProblems([chosen], { allowRemote }));
  demandNone(problems);
  const { target } = chosen!;
  const final =
    flags.state === undefined
      ? await withTarget(target, exported.parameters, allowRemote, NO_STATE, (open) => open.read())
      : jsonOf(flags.state, await textOf(flags.state));
  const { history, miscounted } = mergeRunners(answers, final, { scenario, target, run: exported });
  const what = files.join(', ');
  const width = terminalWidth(process.stdout, process.env);
  const thresholds = thresholdsIn(outputs.map(({ text }) => text));
  if (miscounted.length > 0) {
    const reasons = miscounted.join('; ');
    await print(
      process.stdout,
      flags.json
        ? `${JSON.stringify({ verdict: 'inconclusive', reasons: miscounted, thresholds }, undefined, 2)}\n`
        : `${[
            ...flow([exported.scenario, exported.target, what], width),
            '',
            ...paragraph(`? inconclusive: ${reasons}`, width),
          ].join('\n')}\n${thresholdText(thresholds, width)}`,
    );
    return EXIT.inconclusive;
  }
  const judgement = await judgeHistory(history, () => Promise.resolve(scenario));
  if (judgement.kind === 'malformed') {
    const [first = 'it cannot be read', ...rest] = judgement.problems;
    throw new UsageError([`${what}: what was answered cannot be judged: ${first}`, ...rest]);
  }
  await print(
    process.stdout,
    flags.json
      ? `${JSON.stringify({ ...judgement, thresholds }, undefined, 2)}\n`
      : `${historyText(what, judgement, width)}${thresholdText(thresholds, width)}`,
  );
  return exitCodeWith(judgement.verdict, thresholds);
}

const NO_STATE = 'the API could not be asked for its final state (--state FILE takes it from a file)';

const GLYPH = { kept: '✔', crossed: '✘', unknown: '?' } as const;

/** Over all runners together, in lines that are no wider; k6 itself looks at those of each. */
export function thresholdText(thresholds: readonly K6Threshold[], width: number): string {
  const lines = thresholds.flatMap((one) => {
    const why = one.outcome === 'unknown' ? ': this cannot be told from the outputs' : ` ${one.outcome}`;
    return paragraph(`${GLYPH[one.outcome]} threshold ${shownThreshold(one)}${why}`, width);
  });
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

/** A threshold counts like a limit: one that was crossed fails, and one of which nothing is known is not passed. */
function exitCodeWith(verdict: VerdictKind, thresholds: readonly K6Threshold[]): number {
  const outcomes = thresholds.map(({ outcome }) => outcome);
  if (verdict === 'violated' || outcomes.includes('crossed')) return EXIT.violated;
  return outcomes.includes('unknown') ? EXIT.inconclusive : EXIT[verdict];
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof UsageError) return error.problems;
  throw error;
}

async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    // So k6 writes where the name ends in `.gz`.
    return String(isGzip(bytes) ? await promisify(gunzip)(bytes) : bytes);
  } catch (error) {
    throw new UsageError([`${file} could not be read: ${whyUnreadable(error)}`]);
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function jsonOf(file: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UsageError([`${file} could not be read: ${whyUnreadable(error)}`]);
  }
}
