import type { Paint } from './paint.js';
import type { ExploredTarget } from './explore-report.js';
import { textWidth, wrap } from './text-width.js';

type Counterexample = NonNullable<ExploredTarget['counterexample']>;

const GAP = 2;
/** A request or an answer takes this many lines at most. */
const MOST_LINES = 4;

/** One column a client, one row a step: what it asked, what was answered, who waited. The row from which on it is lost is marked. */
export function scheduleTable(
  { rows, provedAt, doomedAt = provedAt }: Counterexample,
  { width, clients, paint }: { readonly width: number; readonly clients: number; readonly paint: Paint },
): readonly string[] {
  const shown = [
    ...new Set(rows.flatMap(({ client, also }) => [client, ...also.map((one) => one.client)])),
  ].sort((one, other) => one - other);
  const numbers = String(rows.length).length;
  const first = numbers + 3;
  const column = Math.max(16, Math.floor((width - first) / shown.length) - GAP);
  const heads = shown.map((client) => (client < clients ? `client ${client}` : `worker ${client - clients}`));
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

function cellOf(row: Counterexample['rows'][number], client: number, width: number): readonly string[] {
  const lines: string[] = [];
  if (row.client === client) {
    lines.push(...cut(wrap(row.request, width)));
    lines.push(...cut(wrap(row.answer === undefined ? '(waits)' : `→ ${row.answer}`, width)));
  }
  for (const one of row.also.filter((other) => other.client === client)) {
    lines.push(...cut(wrap(`(goes on) → ${one.answer}`, width)));
  }
  return lines.filter((text) => text !== '→ ');
}

function cut(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES - 1), '...'];
}

function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}
