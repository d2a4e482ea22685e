import Table, { type Cell } from 'cli-table3';
import type { Paint } from './paint.js';
import type { Report, ReportTarget } from './report.js';
import { MARGIN, WIDE_GAP, figureWidth, layoutTable, type Layout } from './table-layout.js';
import { wrap } from './text-width.js';

/** The table of a report, one row a target, and the columns that its width left no room for. */
export function renderTable(
  report: Report,
  width: number,
  paint: Paint,
): { readonly lines: readonly string[]; readonly dropped: readonly string[] } {
  const layout = layoutTable(report, width);
  const { figures } = layout;
  const table = new Table({
    chars: NO_BORDERS,
    // The gap before a column belongs to its cells, on the right of none: that way gaps may differ.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: columnWidths(layout),
    colAligns: ['left', 'left', ...figures.map(() => 'right' as const)],
  });
  const header = ['target', 'verdict', ...figures.map((column) => column.header)];
  table.push(inset(header.map(paint.quiet)));
  for (const row of layout.rows) {
    if (row.kind === 'heading') {
      table.push([{ content: `${' '.repeat(MARGIN)}${paint.quiet(row.text)}`, colSpan: header.length }]);
      continue;
    }
    const target = report.targets[row.place] as ReportTarget;
    const colour = target.outcome === 'judged' ? paint[target.verdict] : paint.inconclusive;
    table.push(
      inset([
        row.name.join(`\n${' '.repeat(MARGIN)}`),
        colour(row.verdict),
        ...figures.map(({ cells }) => cells[row.place] ?? ''),
      ]),
    );
    if (row.aside !== undefined) {
      const gap = ' '.repeat(WIDE_GAP);
      const room = across(layout) - WIDE_GAP;
      const content = wrap(row.aside, room).map((line) => gap + colour(line));
      table.push(['', { content: content.join('\n'), colSpan: header.length - 1 }]);
    }
  }
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return { lines, dropped: layout.dropped };
}

/** From the verdict to the end of the line. */
function across(layout: Layout): number {
  return columnWidths(layout)
    .slice(1)
    .reduce((sum, one) => sum + one, 0);
}

function columnWidths({ nameWidth, verdictWidth, figures, gap }: Layout): number[] {
  return [MARGIN + nameWidth, WIDE_GAP + verdictWidth, ...figures.map((column) => gap + figureWidth(column))];
}

/** Left-aligned cells bring their gap along; a right-aligned one is given it by its column's width. */
function inset([name = '', verdict = '', ...figures]: readonly string[]): Cell[] {
  return [`${' '.repeat(MARGIN)}${name}`, `${' '.repeat(WIDE_GAP)}${verdict}`, ...figures];
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
