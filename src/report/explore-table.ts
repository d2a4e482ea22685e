import type { ExploreTarget } from './explore-report.js';
import { whole } from './numbers.js';
import type { Paint } from './paint.js';
import { textWidth, wrapName } from './text-width.js';
import { GLYPHS } from './words.js';

const MARGIN = ' ';
const GAP = '  ';
const NAME_AT_MOST = 28;

interface Column {
  readonly header: string;
  readonly cells: readonly string[];
  readonly align: 'left' | 'right';
  /** Where there is no room for all columns, the one with the highest rank goes first; 0 always stays. */
  readonly rank: number;
}

/** What came of each explored target, a row each, in as many columns as there is room for: what is left out stands in its sentence. */
export function exploreTable(
  targets: readonly ExploreTarget[],
  width: number,
  paint: Paint,
): readonly string[] {
  const all = figures(targets);
  const names = targets.map(({ id }) => id);
  const room = width - MARGIN.length;
  for (let most = Math.max(...all.map(({ rank }) => rank)); ; most -= 1) {
    const columns = all.filter(({ rank }) => rank <= most);
    const left = room - columns.reduce((sum, column) => sum + GAP.length + widthOf(column), 0);
    const fits = Math.max(...['target', ...names].map(textWidth)) <= left;
    if (fits || most === 0) {
      return rowsOf(
        targets,
        names.map((name) => (fits ? [name] : wrapName(name, Math.min(NAME_AT_MOST, left)))),
        columns,
        paint,
      );
    }
  }
}

function figures(targets: readonly ExploreTarget[]): readonly Column[] {
  const column = (
    header: string,
    rank: number,
    cell: (target: Extract<ExploreTarget, { outcome: 'explored' }>) => string,
    align: Column['align'] = 'right',
  ): Column => ({
    ...{ header, rank, align },
    cells: targets.map((one) => (one.outcome === 'explored' ? cell(one) : '')),
  });
  const verdict = column(
    'verdict',
    0,
    ({ verdict: kind, schedules: { gaveUp } }) =>
      `${GLYPHS[kind]} ${kind}${kind === 'holds' && gaveUp > 0 ? ', but gives up' : ''}`,
  );
  const notRun = { skipped: 'skipped', error: 'could not run', explored: '' };
  return [
    {
      ...{ ...verdict, align: 'left' },
      cells: verdict.cells.map((text, place) => text || notRun[targets[place]!.outcome]),
    },
    column('run', 2, ({ schedules }) => whole(schedules.run)),
    column('violated', 1, ({ schedules }) => whole(schedules.violated)),
    column('stand for', 4, ({ schedules }) => schedules.standFor?.all ?? '-'),
    column('violated', 4, ({ schedules }) => schedules.standFor?.violated ?? '-'),
    column('ends', 6, ({ ends }) => whole(ends)),
    column('time', 5, ({ elapsedMs }) => `${(elapsedMs / 1_000).toFixed(1)} s`),
    column(
      'scope',
      3,
      ({ isExhaustive, isFair }) => (isExhaustive ? (isFair ? 'fair' : 'all') : 'cut'),
      'left',
    ),
  ];
}

function widthOf({ header, cells }: Column): number {
  return Math.max(textWidth(header), ...cells.map(textWidth));
}

/** A long name goes on below itself. */
function rowsOf(
  targets: readonly ExploreTarget[],
  names: readonly (readonly string[])[],
  columns: readonly Column[],
  paint: Paint,
): readonly string[] {
  const nameWidth = Math.max(...['target', ...names.flat()].map(textWidth));
  const line = (name: string, cells: readonly string[]) => {
    const padded = cells.map((cell, place) => {
      const column = columns[place]!;
      const space = ' '.repeat(widthOf(column) - textWidth(cell));
      return column.align === 'left' ? cell + space : space + cell;
    });
    const space = ' '.repeat(nameWidth - textWidth(name));
    return `${MARGIN}${[name + space, ...padded].join(GAP)}`.trimEnd();
  };
  return [
    paint.quiet(
      line(
        'target',
        columns.map(({ header }) => header),
      ),
    ),
    ...targets.flatMap((target, place) => {
      const [first = '', ...rest] = names[place]!;
      const lines = [
        line(
          first,
          columns.map(({ cells }) => cells[place]!),
        ),
        ...rest.map((name) => MARGIN + name),
      ];
      return target.outcome === 'explored' ? lines.map(paint[target.verdict]) : lines;
    }),
  ];
}
