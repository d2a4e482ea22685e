import { loadRows } from './load-table.js';
import { markdownTable, markdownText } from './markdown-text.js';
import { TIGHT_SPACE, percent } from './numbers.js';
import { mapStrings, redact } from './redact.js';
import type { Report, ReportTarget } from './report.js';
import { sentences } from './sentences.js';
import { figureColumns } from './table-columns.js';
import type { Sentence } from './target-sentence.js';
import { printable } from './text-width.js';
import { isUpTo, plural, verdictWords } from './words.js';
import { witnessLines } from './witness-table.js';

const WITNESS_WIDTH = 120;

/** A run as Markdown: conditions, one row a target, what it means. For a job's summary or a comment. */
export function reportMarkdown(source: Report): string {
  const report = mapStrings(source, markdownText);
  // The events stand in a block of text, where an escape would be shown as it is.
  const plain = sentences(mapStrings(source, (text) => redact(printable(text))));
  const { scenario, environment, plan, seed } = report;
  const stores = Object.values(environment.stores).map(({ description }) => description);
  const blocks = [
    `## race-check ${scenario.name}`,
    [
      `${[scenario.description, ...stores].join(', ')}. ${environment.node} on ${environment.platform}, ${plural(environment.cores, 'core')}.`,
      `${report.startedAt.slice(0, 10)}, seed ${seed}, ${isUpTo(report) ? 'up to ' : ''}${plural(plan.trials, 'trial')} a target, ${percent(plan.confidence)} confidence.`,
      ...(report.interrupted ? ['**Interrupted: these are partial results.**'] : []),
    ].join('\n'),
    table(report),
    ...loadBlock(report),
    ...sentences(report).map((sentence, place) => told(sentence, plain[place])),
  ];
  return `${blocks.join('\n\n').replaceAll(TIGHT_SPACE, ' ')}\n`;
}

function table(report: Report): string {
  const figures = figureColumns(report);
  const rows = report.targets.map((target, place) => [
    nameOf(target),
    verdictWords(target, report.targets).join(' '),
    ...figures.map(({ cells }) => cells[place] ?? ''),
  ]);
  return markdownTable([['target', 'verdict', ...figures.map(({ header }) => header)], ...rows]);
}

/** The load engine's own figures. */
function loadBlock(report: Report): readonly string[] {
  const rows = loadRows(report);
  return rows.length === 0 ? [] : [markdownTable(rows)];
}

function nameOf({ id, role }: ReportTarget): string {
  return role === 'control' ? `${id} (control)` : id;
}

function told({ text }: Sentence, { finding }: Partial<Sentence> = {}): string {
  const sentence = text.startsWith('- ') ? text : `- ${text}`;
  const events = finding === undefined ? [] : witnessLines(finding, WITNESS_WIDTH);
  if (events.length === 0) return sentence;
  const [title = '', ...rows] = events.map((line) => line.replace(/^ {2}/, ''));
  return [sentence, '', title, '', '~~~~text', ...rows, '~~~~'].join('\n');
}
