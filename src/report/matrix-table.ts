import { cellKind, cellWords, type CellKind } from './matrix-cell.js';
import type { MatrixContract, MatrixScenario } from './matrix-report.js';
import type { Paint } from './paint.js';
import { textWidth, wrapName } from './text-width.js';

const MARGIN = ' ';
const INDENT = '  ';
const GAP = '  ';
const NAME_AT_MOST = 28;
const HEADER_AT_MOST = 12;

/** One contract: strategies under the names of their stores, scenarios across, as many tables as the width asks for. */
export function matrixTables(contract: MatrixContract, width: number, paint: Paint): readonly string[][] {
  const rows = rowsOf(contract.targets);
  const names = rows.flatMap((row) => (row.kind === 'heading' ? [row.text] : row.name));
  const title = wrapName(contract.name, NAME_AT_MOST);
  const nameWidth = MARGIN.length + Math.max(...[...title, ...names].map(textWidth));
  const columns = contract.scenarios.map((scenario) => columnOf(scenario, rows));
  return blocksOf(columns, width - nameWidth).map((block) => {
    const height = Math.max(title.length, ...block.map(({ header }) => header.length));
    // Everything in the head stands on what is below it: what is shorter begins lower.
    const standing = (lines: readonly string[], line: number) => lines[line - height + lines.length] ?? '';
    const head = Array.from({ length: height }, (_, line) =>
      joined(
        `${MARGIN}${standing(title, line)}`,
        nameWidth,
        block.map((column) => ({ column, text: standing(column.header, line) })),
        paint.quiet,
      ),
    );
    const body = rows.flatMap((row, place) =>
      row.kind === 'heading'
        ? [paint.quiet(`${MARGIN}${row.text}`)]
        : row.name.map((name, line) =>
            joined(
              `${MARGIN}${name}`,
              nameWidth,
              line > 0 ? [] : block.map((column) => ({ column, ...column.cells[place]! })),
              (text, kind) => colourOf(kind, paint)(text),
            ),
          ),
    );
    return [...head, ...body];
  });
}

type Row =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'target'; readonly id: string; readonly name: readonly string[] };

function rowsOf(ids: readonly string[]): readonly Row[] {
  const storeOf = (id: string) => id.slice(0, id.indexOf('/') + 1);
  const stores = [...new Set(ids.map(storeOf))];
  return stores.flatMap((store): Row[] => [
    ...(store === '' ? [] : [{ kind: 'heading', text: store } as const]),
    ...ids
      .filter((id) => storeOf(id) === store)
      .map((id) => {
        const lines = wrapName(id.slice(store.length), NAME_AT_MOST);
        return { kind: 'target', id, name: lines.map((line) => `${INDENT}${line}`) } as const;
      }),
  ]);
}

interface Cell {
  readonly text: string;
  readonly kind: CellKind;
}

interface Column {
  readonly header: readonly string[];
  /** By row; a heading has an empty one. */
  readonly cells: readonly Cell[];
  readonly width: number;
}

function columnOf({ name, targets }: MatrixScenario, rows: readonly Row[]): Column {
  const header = wrapName(name, HEADER_AT_MOST);
  const cells = rows.map((row): Cell => {
    if (row.kind === 'heading') return { text: '', kind: 'nothing' };
    const cell = targets.find(({ id, role }) => id === row.id && role === 'named');
    return { text: cellWords(cell), kind: cellKind(cell) };
  });
  return { header, cells, width: Math.max(...[...header, ...cells.map(({ text }) => text)].map(textWidth)) };
}

/** As many columns side by side as there is room for, at least one. */
function blocksOf(columns: readonly Column[], room: number): readonly (readonly Column[])[] {
  const blocks: Column[][] = [];
  let left = 0;
  for (const column of columns) {
    const takes = GAP.length + column.width;
    const last = blocks.at(-1);
    if (last !== undefined && takes <= left) last.push(column);
    else {
      blocks.push([column]);
      left = room;
    }
    left -= takes;
  }
  return blocks;
}

function joined(
  name: string,
  nameWidth: number,
  cells: readonly { readonly column: Column; readonly text: string; readonly kind?: CellKind }[],
  paint: (text: string, kind: CellKind) => string,
): string {
  let line = cells.length === 0 ? name : padded(name, nameWidth);
  cells.forEach(({ column, text, kind = 'nothing' }, place) => {
    const isLast = place === cells.length - 1;
    const space = ' '.repeat(isLast ? 0 : column.width - textWidth(text));
    line += `${GAP}${text === '' ? '' : paint(text, kind)}${space}`;
  });
  return line.trimEnd();
}

function padded(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - textWidth(text)))}`;
}

function colourOf(kind: CellKind, paint: Paint): (text: string) => string {
  switch (kind) {
    case 'holds':
      return paint.holds;
    case 'violated':
    case 'error':
      return paint.violated;
    case 'gives-up':
    case 'inconclusive':
      return paint.inconclusive;
    case 'nothing':
      return paint.quiet;
  }
}
