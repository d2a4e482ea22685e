import { figureColumns, type FigureColumn } from './table-columns.js';
import type { Report, ReportTarget } from './report.js';
import { textWidth, wrapName } from './text-width.js';
import { verdictWords } from './words.js';

/** A row of a table: a store's heading, or a target by its place in the report. */
export type LayoutRow =
  | { readonly kind: 'heading'; readonly text: string }
  | {
      readonly kind: 'target';
      readonly place: number;
      readonly name: readonly string[];
      readonly verdict: string;
      /** What belongs to the verdict and had no room beside it: on a line of its own, across the figures. */
      readonly aside: string | undefined;
    };

/** What a table of a given width shows. */
export interface Layout {
  readonly rows: readonly LayoutRow[];
  readonly figures: readonly FigureColumn[];
  /** Headers of the columns that had no room, the ones that would have said nothing left out. */
  readonly dropped: readonly string[];
  readonly nameWidth: number;
  readonly verdictWidth: number;
  /** Spaces in front of each figure. */
  readonly gap: number;
}

/** Spaces in front of the first column, and between the first three. */
export const MARGIN = 1;
export const WIDE_GAP = 2;

/** How the names of targets are written: in full, under a heading for each store, or on several lines. */
interface Style {
  readonly names: 'full' | 'grouped' | 'split';
  readonly aside: 'beside' | 'below';
  readonly gap: number;
  readonly nameAtMost: number;
}

const NAME_AT_MOST = 22;
const ROWS_WORTH_GROUPING = 4;
/** Ranks from here on are columns of zeros. */
const SAYS_NOTHING = 20;
/** Columns up to this rank are worth one space between columns instead of two, in a terminal narrower than this. */
const WORTH_CLOSING_UP = 6;
const CLOSE_BELOW = 100;

/**
 * The fullest table that fits. To give up a column is worse than to move closer, to put a part of a verdict on a line
 * of its own, or to write the store's name once for all its targets. Target, verdict and violations always stay.
 */
export function layoutTable(report: Report, width: number): Layout {
  const all = figureColumns(report);
  const leaving = [...all].filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank);
  for (let gone = 0; gone <= leaving.length; gone += 1) {
    const out = new Set(leaving.slice(0, gone));
    const figures = all.filter((column) => !out.has(column));
    const dropped = all.filter((column) => out.has(column) && column.rank < SAYS_NOTHING);
    for (const style of stylesFor(report.targets.length, figures, width)) {
      const layout = arrange(report.targets, figures, style);
      if (widthOf(layout) <= width) return { ...layout, dropped: dropped.map(({ header }) => header) };
    }
  }
  const figures = all.filter(({ rank }) => rank === 0);
  const dropped = leaving.map(({ header }) => header);
  const style: Style = { names: 'split', aside: 'below', gap: 1, nameAtMost: NAME_AT_MOST };
  const tooWide = widthOf(arrange(report.targets, figures, style)) - width;
  const nameAtMost = Math.max(8, NAME_AT_MOST - tooWide);
  return { ...arrange(report.targets, figures, { ...style, nameAtMost }), dropped };
}

/** From the most pleasant to read to the closest. Nothing is moved for the sake of a column that says nothing. */
function stylesFor(targets: number, figures: readonly FigureColumn[], width: number): readonly Style[] {
  const names = targets >= ROWS_WORTH_GROUPING ? 'grouped' : 'split';
  const nameAtMost = NAME_AT_MOST;
  const highest = Math.max(...figures.map(({ rank }) => rank));
  return [
    { names: 'full', aside: 'beside', gap: WIDE_GAP, nameAtMost },
    ...(highest < SAYS_NOTHING
      ? [
          { names: 'full', aside: 'below', gap: WIDE_GAP, nameAtMost } as const,
          { names, aside: 'below', gap: WIDE_GAP, nameAtMost } as const,
        ]
      : []),
    ...(highest <= WORTH_CLOSING_UP && width < CLOSE_BELOW
      ? [{ names, aside: 'below', gap: 1, nameAtMost } as const]
      : []),
  ];
}

export function widthOf({
  nameWidth,
  verdictWidth,
  figures,
  gap,
}: Pick<Layout, 'figures' | 'nameWidth' | 'verdictWidth' | 'gap'>): number {
  const fixed = MARGIN + nameWidth + WIDE_GAP + verdictWidth;
  return figures.reduce((sum, column) => sum + gap + figureWidth(column), fixed);
}

export function figureWidth({ header, cells }: FigureColumn): number {
  return Math.max(textWidth(header), ...cells.map(textWidth));
}

function arrange(
  targets: readonly ReportTarget[],
  figures: readonly FigureColumn[],
  style: Style,
): Omit<Layout, 'dropped'> {
  const rows: LayoutRow[] = [];
  let heading: string | undefined;
  targets.forEach((target, place) => {
    const store = target.id.slice(0, target.id.indexOf('/') + 1);
    if (style.names === 'grouped' && store !== '' && store !== heading) {
      rows.push({ kind: 'heading', text: store });
    }
    heading = store;
    const [verdict, aside] = verdictWords(target, targets);
    const beside = style.aside === 'beside' && aside !== undefined;
    rows.push({
      kind: 'target',
      place,
      name: nameLines(target, store, style),
      verdict: beside ? `${verdict} ${aside}` : verdict,
      aside: beside ? undefined : aside,
    });
  });
  const widest = (texts: readonly string[]) => Math.max(...texts.map(textWidth));
  const shown = rows.filter((row) => row.kind === 'target');
  const names = rows.flatMap((row) => (row.kind === 'heading' ? [row.text] : row.name));
  return {
    rows,
    figures,
    nameWidth: widest(['target', ...names]),
    verdictWidth: widest(['verdict', ...shown.map(({ verdict }) => verdict)]),
    gap: style.gap,
  };
}

function nameLines(target: ReportTarget, store: string, { names, nameAtMost }: Style): readonly string[] {
  const mark = target.role === 'control' ? ['(control)'] : [];
  if (names === 'full') return [[target.id, ...mark].join(' ')];
  const name = names === 'grouped' ? target.id.slice(store.length) : target.id;
  const whole = [name, ...mark].join(' ');
  const lines = textWidth(whole) <= nameAtMost ? [whole] : [...wrapName(name, nameAtMost), ...mark];
  return names === 'grouped' && store !== '' ? lines.map((line) => `  ${line}`) : lines;
}
