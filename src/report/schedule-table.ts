import type { Paint } from './paint.js';
import type { ExploredTarget } from './explore-report.js';
import { beside, textWidth, wrap } from './text-width.js';

type Counterexample = NonNullable<ExploredTarget['counterexample']>;

const GAP = 2;
/** A request or an answer takes this many lines at most. */
const MOST_LINES = 4;

/** In a narrower column nothing can be read. */
const NARROWEST = 16;

/**
 * One column a client, one row a step: what it asked, what was answered, who waited. Where there is no room for as many columns the
 * client stands beside its step. The row from which on it is lost is marked.
 */
export function scheduleTable(
  { rows, provedAt, doomedAt = provedAt }: Counterexample,
  { width, clients, paint }: { readonly width: number; readonly clients: number; readonly paint: Paint },
): readonly string[] {
  const nameOf = (client: number) => (client < clients ? `client ${client}` : `worker ${client - clients}`);
  const shown = [
    ...new Set(rows.flatMap(({ client, also }) => [client, ...also.map((one) => one.client)])),
  ].sort((one, other) => one - other);
  const numbers = String(rows.length).length;
  const first = numbers + 3;
  const column = Math.floor((width - first) / shown.length) - GAP;
  if (column < NARROWEST) {
    return rows.flatMap((row, place) => {
      const head = `${place === doomedAt ? '✘' : ' '} ${String(place + 1).padStart(numbers)} `;
      const lines = told(row).flatMap(([client, text], part) =>
        cut(beside(`${part === 0 ? head : ' '.repeat(first)}${nameOf(client)}  `, text, width)),
      );
      return place === doomedAt ? lines.map(paint.violated) : lines;
    });
  }
  const heads = shown.map(nameOf);
  const line = (head: string, cells: readonly string[]) =>
    `${head.padEnd(first)}${cells.map((cell) => padTo(cell, column)).join(' '.repeat(GAP))}`.trimEnd();
  const lines = [paint.quiet(line('', heads))];
  rows.forEach((row, place) => {
    const cells = shown.map((client) => cellOf(row, client, column));
    const height = Math.max(...cells.map(({ length }) => length));
    const isTurn = place === doomedAt;
    for (let index = 0; index < height; index += 1) {
      const head = index === 0 ? `${isTurn ? '✘' : ' '} ${String(place + 1).padStart(numbers)}` : '';
      const text = line(
        head,
        cells.map((cell) => cell[index] ?? ''),
      );
      lines.push(isTurn ? paint.violated(text) : text);
    }
  });
  return lines;
}

type Row = Counterexample['rows'][number];

/** What there is to tell of a step, and of whom. */
function told({ client, request, answer, also }: Row): readonly (readonly [client: number, text: string])[] {
  return [
    [client, request] as const,
    [client, answer === undefined ? '(waits)' : `→ ${answer}`] as const,
    ...also.map((one) => [one.client, `(goes on) → ${one.answer}`] as const),
  ].filter(([, text]) => text !== '→ ');
}

function cellOf(row: Row, client: number, width: number): readonly string[] {
  return told(row)
    .filter(([of]) => of === client)
    .flatMap(([, text]) => cut(wrap(text, width)));
}

function cut(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES - 1), '...'];
}

function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}
