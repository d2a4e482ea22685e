import { anomalyName } from '../core/anomaly.js';
import type { ExploredTarget, ExploreReport, ExploreTarget } from './explore-report.js';
import { exploredSentence, SCOPE, scopeSentences } from './explore-words.js';
import { TIGHT_SPACE } from './numbers.js';
import { createPaint, type Paint } from './paint.js';
import { mapStrings, redact } from './redact.js';
import { exploreTable } from './explore-table.js';
import { scheduleTable } from './schedule-table.js';
import { flow, paragraph, printable } from './text-width.js';
import { plural } from './words.js';

export interface ExploreTerminalOptions {
  /** Columns; taken as 60 where there are fewer. No line is longer, but for a command that is. */
  readonly width: number;
  readonly colour: boolean;
  /** The folder that the report was written to. */
  readonly written?:
    | { readonly folder: string; readonly latest?: string | undefined; readonly logs?: string | undefined }
    | undefined;
  /** The scenario as it was typed. */
  readonly typed: string;
}

const NARROWEST = 60;

/** What exploring found out, for people: a sentence a target, the smallest counterexample step by step, what to type next. */
export function renderExplore(source: ExploreReport, options: ExploreTerminalOptions): string {
  const width = Math.max(NARROWEST, Math.floor(options.width));
  const paint = createPaint(options.colour);
  const report = mapStrings(source, (text) => printable(redact(text)));
  const { targets } = report;
  const explored = targets.filter((one) => one.outcome === 'explored');
  const violated = explored.find(({ counterexample }) => counterexample !== undefined);
  const blocks: readonly (readonly string[])[] = [
    head(report, width, paint),
    targets.length > 1 ? exploreTable(targets, width, paint) : [],
    ...(targets.length > 1
      ? [
          targets.flatMap((one) =>
            one.outcome === 'explored' && one !== violated ? told(one, report, width, paint) : [],
          ),
        ]
      : []),
    ...targets.filter((one) => one.outcome !== 'explored').map((one) => notRun(one, width, paint)),
    ...(violated === undefined ? [] : counterexample(violated, report, width, paint)),
    ...(targets.length === 1 && violated === undefined
      ? explored.map((one) => told(one, report, width, paint))
      : []),
    paragraph(SCOPE, width, '').map(paint.quiet),
    next(report, options, violated, paint),
    options.written === undefined
      ? []
      : flow(
          [
            `Report: ${options.written.folder}`,
            ...(options.written.logs === undefined ? [] : [`servers' logs in ${options.written.logs}`]),
          ],
          width,
        ),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
    .replaceAll(TIGHT_SPACE, ' ')}\n`;
}

function head(
  { scenario, environment, seed, interrupted, plan }: ExploreReport,
  width: number,
  paint: Paint,
) {
  const stores = Object.values(environment.stores).map(({ description }) => description);
  const [first = '', ...rest] = flow([scenario.name, scenario.description, ...stores, `seed ${seed}`], width);
  const { search } = plan;
  const how =
    search.kind === 'exhaustive'
      ? search.reduce && search.preemptions === undefined
        ? 'every interleaving, one of each class of equivalent ones'
        : `every interleaving${search.preemptions === undefined ? '' : ` with at most ${plural(search.preemptions, 'preemption')}`}, one by one`
      : search.kind === 'pct'
        ? `schedules by random priorities (PCT), depth ${search.depth}`
        : 'schedules at random';
  return [
    paint.strong(first.slice(0, scenario.name.length)) + first.slice(scenario.name.length),
    ...rest,
    paint.quiet(how),
    ...(interrupted ? [paint.inconclusive('Interrupted: these are partial results.')] : []),
  ];
}

function told(target: ExploredTarget, report: ExploreReport, width: number, paint: Paint): readonly string[] {
  const [first = '', ...rest] = paragraph(exploredSentence(target, report), width);
  const scope = scopeSentences(target).join(' ');
  const interesting = target.findings.filter(({ grade }) => grade === 'interesting');
  return [
    paint[target.verdict](first.slice(0, 1)) + first.slice(1),
    ...rest,
    ...interesting.flatMap(({ anomaly, message, schedules }) =>
      paragraph(`  · ${anomalyName(anomaly)} in ${plural(schedules, 'schedule')}: ${message}`, width, '    '),
    ),
    ...(scope === '' ? [] : paragraph(`  ${scope}`, width, '  ').map(paint.quiet)),
  ];
}

function notRun(
  target: Exclude<ExploreTarget, ExploredTarget>,
  width: number,
  paint: Paint,
): readonly string[] {
  const text =
    target.outcome === 'skipped'
      ? `? ${target.id} was skipped: ${target.reason.replace(/\.$/, '')}. ${target.remedy}.`
      : `? ${target.id} could not run: ${target.message}`;
  const [first = '', ...rest] = paragraph(text, width);
  return [paint.inconclusive(first.slice(0, 1)) + first.slice(1), ...rest];
}

function counterexample(
  target: ExploredTarget,
  report: ExploreReport,
  width: number,
  paint: Paint,
): readonly (readonly string[])[] {
  const found = target.counterexample;
  if (found === undefined) return [];
  const { finding, replayed, switches, schedule } = found;
  const missing =
    schedule.absent.length === 0 ? '' : `, ${plural(schedule.absent.length, 'client')} left out`;
  const fate =
    replayed.reproduced === replayed.times
      ? `replayed ${replayed.times} times: the same each time`
      : `replayed ${replayed.times} times: the same ${replayed.reproduced} times${
          replayed.divergence === undefined
            ? ''
            : `, at step ${replayed.divergence.step} "${replayed.divergence.came}" came instead of "${replayed.divergence.expected}"`
        }`;
  return [
    told(target, report, width, paint),
    [
      ...paragraph(`${anomalyName(finding.anomaly)}: ${finding.message}`, width),
      ...paragraph(
        `${plural(schedule.clients.length, 'step')}, ${plural(switches, 'change')} from one client to another${missing}; ${fate}`,
        width,
      ).map(paint.quiet),
    ],
    [
      ...scheduleTable(found, { width, clients: target.clients, paint }),
      ...paragraph(`✘ ${found.doomedAt === undefined ? PROVED : DOOMED}`, width).map(paint.quiet),
    ],
  ];
}

const DOOMED =
  'from here on it is lost: it is violated in whatever order the clients go on from here, one after the other.';
const PROVED = 'the last step on which the finding rests: here it is proved.';

function next(
  { scenario, plan, exitCode }: ExploreReport,
  { written, typed }: ExploreTerminalOptions,
  violated: ExploredTarget | undefined,
  paint: Paint,
): readonly string[] {
  const commands: string[] = [];
  const name = typed;
  if (violated !== undefined && written !== undefined) {
    commands.push(`race-check replay ${written.latest ?? written.folder}/report.json`);
  }
  if (plan.command === 'gate') commands.push(`race-check explore ${name} --all`);
  if (exitCode === 0 && scenario.parameters['clients'] === 2)
    commands.push(`race-check explore ${name} --clients 3`);
  return commands.map((command, place) => `${place === 0 ? 'Next: ' : '      '}${paint.strong(command)}`);
}
