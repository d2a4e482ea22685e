import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { SCENARIOS } from '../../scenarios/index.js';
import { BURST } from '../burst/definition.js';
import { anomalyName } from '../core/anomaly.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import type { AnyScenario } from '../session/choice.js';
import { loadConfig } from '../session/config.js';
import { beside, flow, paragraph } from '../report/text-width.js';
import { whyUnreadable } from '../report/unreadable.js';
import { EXIT } from '../session/exit-code.js';
import { findScenario } from '../session/find-scenario.js';
import { judgeHistory, type HistoryJudgement } from '../session/judge-history.js';
import { configFlag, neededWords, unknownWords } from './flags.js';
import { print, terminalWidth } from './output.js';

interface CheckFlags {
  readonly json?: boolean;
  readonly scenario?: string;
  readonly config?: string;
}

const HISTORY = 'a history file (see docs/history-format.md)';

/** `race-check check <history.jsonl>`: the checkers' word on one recorded history. */
export async function checkCommand(command: Command): Promise<number> {
  const { json, scenario, config: given }: CheckFlags = command.opts();
  const problems: string[] = [];
  unknownWords(command, 1, problems);
  const [file = ''] = neededWords(command, [HISTORY], problems);
  const { config: found } = configFlag(given, problems);
  const text =
    file === ''
      ? ''
      : await readFile(file, 'utf8').catch((error: unknown) => {
          problems.push(`expected ${HISTORY}, got ${file}: ${whyUnreadable(error)}`);
          return '';
        });
  demandNone(problems);
  const config = found === undefined ? undefined : await loadConfig(found);
  const isKnown = (name: string) =>
    Object.hasOwn(SCENARIOS, name) || config?.scenarios.some((one) => one.name === name);
  const judgement = await judgeHistory(text, async (header) => {
    if (scenario === undefined && header.contract === BURST) {
      const { recordedBurst } = await import('../burst/recorded.js');
      return (await recordedBurst(header.initial)) as unknown as AnyScenario;
    }
    if (scenario === undefined && !isKnown(header.scenario)) {
      throw new UsageError([
        `${file} is of the scenario "${header.scenario}", which is none of ours: name its file with --scenario ./my.scenario.ts`,
      ]);
    }
    return findScenario(scenario ?? header.scenario, process.cwd(), config);
  });
  if (judgement.kind === 'malformed') {
    const [first = 'it cannot be read', ...rest] = judgement.problems;
    throw new UsageError([`${file} is not a history that can be judged: ${first}`, ...rest]);
  }
  await print(
    process.stdout,
    json
      ? `${JSON.stringify(judgement, undefined, 2)}\n`
      : historyText(file, judgement, terminalWidth(process.stdout, process.env)),
  );
  return EXIT[judgement.verdict];
}

const GLYPH = { holds: '✔', violated: '✘', inconclusive: '?' } as const;

/** What a history comes to, in lines that are no wider. */
export function historyText(
  file: string,
  judgement: Extract<HistoryJudgement, { kind: 'judged' }>,
  width: number,
): string {
  const { header, verdict, findings, reasons, operations } = judgement;
  const { ok, fail, info } = operations;
  const words = {
    holds: 'no violation in this one history',
    violated: 'violated',
    inconclusive: `inconclusive: ${reasons.join('; ')}`,
  }[verdict];
  const head = [
    header?.scenario ?? 'unknown scenario',
    header?.target ?? 'unknown target',
    `${ok} ok, ${fail} failed, ${info} unknown`,
    file,
  ];
  const lines = [...flow(head, width), '', ...paragraph(`${GLYPH[verdict]} ${words}`, width)];
  for (const finding of findings) {
    const mark = finding.grade === 'violation' ? '✘' : '·';
    lines.push('', ...paragraph(`${mark} ${anomalyName(finding.anomaly)}: ${finding.message}`, width));
    lines.push(...beside('  expected  ', finding.expected, width));
    lines.push(...beside('  observed  ', finding.observed, width));
    for (const { index, timeMs, client, text } of finding.witnessEvents) {
      lines.push(...beside(`  event ${index}  ${timeMs.toFixed(3)} ms  client ${client}  `, text, width));
    }
  }
  return `${lines.join('\n')}\n`;
}
