import { answerTable } from './answer-table.js';
import { nextCommands, type NextCommand, type Typed, type Written } from './next-commands.js';
import { loadTable } from './load-table.js';
import { TIGHT_SPACE, exact, percent } from './numbers.js';
import { createPaint, type Paint } from './paint.js';
import { mapStrings, redact } from './redact.js';
import type { Report } from './report.js';
import { sentences } from './sentences.js';
import { renderTable } from './table.js';
import type { Sentence } from './target-sentence.js';
import { flow, paragraph, printable, textWidth } from './text-width.js';
import { durationWords, isUpTo, plural } from './words.js';
import { witnessLines } from './witness-table.js';

export interface TerminalOptions {
  /** Columns of the terminal; taken as 60 where it has fewer. No line is longer, but for a command that is. */
  readonly width: number;
  readonly colour: boolean;
  /** Where the run was written; absent when nothing was. */
  readonly written?: Written | undefined;
  /** Default: the scenario by its name. Passwords are taken out. */
  readonly typed?: Typed | undefined;
}

const NARROWEST = 60;
const LONGEST_APART = 4;

/** A report for people: conditions, one row a target, what it means, and what to type next. Ends with a line break. */
export function renderTerminal(source: Report, options: TerminalOptions): string {
  const width = Math.max(NARROWEST, Math.floor(options.width));
  const paint = createPaint(options.colour);
  const report = mapStrings(source, (text) => printable(redact(text)));
  const table = renderTable(report, width, paint);
  const typed = mapStrings(options.typed ?? { scenario: report.scenario.name }, redact);
  const blocks: readonly (readonly string[])[] = [
    head(report, width, paint),
    [...table.lines, ...droppedNote(table.dropped, width).map(paint.quiet)],
    answerTable(report, width),
    loadTable(report, width),
    ...paragraphs(sentences(report), width, paint),
    next(nextCommands(report, typed, options.written), width, paint),
    written(options.written, width),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
    .replaceAll(TIGHT_SPACE, ' ')}\n`;
}

function head(report: Report, width: number, paint: Paint): readonly string[] {
  const { scenario, plan, environment, seed, budget } = report;
  const stores = new Set(Object.values(environment.stores).map(({ description }) => description));
  const [first = '', ...rest] = flow([scenario.name, scenario.description, ...stores, `seed ${seed}`], width);
  const expected = Object.entries(scenario.expected).map(([name, value]) => `${exact(value)} ${name}`);
  const conditions = [
    ...(plan.engine === undefined ? [] : [`requests sent by ${plan.engine}`]),
    ...(plan.processes > 1 ? [`clients spread over ${plan.processes} processes`] : []),
    ...(expected.length === 0 ? [] : [`expected: ${expected.join(', ')}`]),
    `${isUpTo(report) ? 'up to ' : ''}${plural(plan.trials, 'trial')} a target, ${percent(plan.confidence)} confidence`,
    ...(budget === undefined
      ? []
      : [`${durationWords(budget.usedMs)} of a budget of ${durationWords(budget.totalMs)}`]),
  ];
  return [
    paint.strong(first.slice(0, scenario.name.length)) + first.slice(scenario.name.length),
    ...rest,
    ...flow(conditions, width).map(paint.quiet),
    ...(report.interrupted ? [paint.inconclusive('Interrupted: these are partial results.')] : []),
  ];
}

function droppedNote(dropped: readonly string[], width: number): readonly string[] {
  if (dropped.length === 0) return [];
  return paragraph(`A wider terminal also shows ${dropped.join(', ')}.`, width, '');
}

/** Apart where there are few; a long comparison is a list. */
function paragraphs(all: readonly Sentence[], width: number, paint: Paint): readonly (readonly string[])[] {
  const each = all.map((sentence) => told(sentence, width, paint));
  return all.length > LONGEST_APART ? [each.flat()] : each;
}

function told({ kind, text, finding }: Sentence, width: number, paint: Paint): readonly string[] {
  const [first = '', ...rest] = paragraph(text, width);
  const glyph = kind === 'plain' ? first : paint[kind](first.slice(0, 1)) + first.slice(1);
  const events = finding === undefined ? [] : witnessLines(finding, width);
  return [glyph, ...rest, ...events.map(paint.quiet)];
}

/** Commands under each other with their purposes in a column, or below them where that is too wide. */
function next(commands: readonly NextCommand[], width: number, paint: Paint): readonly string[] {
  const label = 'Next: ';
  const widest = Math.max(...commands.map(({ command }) => textWidth(command)));
  const beside = commands.every(({ purpose }) => label.length + widest + 3 + textWidth(purpose) <= width);
  const indent = ' '.repeat(label.length);
  return commands.flatMap(({ command, purpose }, place) => {
    const line = `${place === 0 ? label : indent}${paint.strong(command)}`;
    if (!beside) return [line, `${indent}  ${paint.quiet(purpose)}`];
    return [`${line}${' '.repeat(widest - textWidth(command) + 3)}${paint.quiet(purpose)}`];
  });
}

function written(where: Written | undefined, width: number): readonly string[] {
  if (where === undefined) return [];
  const also = where.latest === undefined ? [] : [`also as ${where.latest}`];
  const logs = where.logs === undefined ? [] : [`servers' logs in ${where.logs}`];
  return flow([`Report: ${where.folder}`, ...also, ...logs], width);
}
