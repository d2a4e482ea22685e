import { whole } from './numbers.js';
import type { Report } from './report.js';
import { textWidth } from './text-width.js';
import { isJudged } from './words.js';

const MARGIN = ' ';
const GAP = '  ';

/** What the load engine says of itself, a row a trial under a head; no row at all where a report has none. */
export function loadRows(report: Report): readonly (readonly string[])[] {
  const rows = report.targets
    .filter(isJudged)
    .flatMap(({ id, load = [] }) =>
      load.map((table) => [
        load.length === 1 ? id : `${id}, trial ${table.trial}`,
        whole(table.requests),
        `${table.seconds.toFixed(2)} s`,
        ms(table.latencyMs.p50),
        ms(table.latencyMs.p97_5),
        ms(table.latencyMs.p99),
        whole(Math.round(table.requestsPerSecond)),
      ]),
    );
  if (rows.length === 0) return [];
  const { engine = 'load' } = report.plan;
  return [[engine, 'requests', 'time', 'p50', 'p97.5', 'p99', 'req/s'], ...rows];
}

/** The same for a terminal. */
export function loadTable(report: Report): readonly string[] {
  const all = loadRows(report);
  const widths = (all[0] ?? []).map((_, column) =>
    Math.max(...all.map((cells) => textWidth(cells[column]!))),
  );
  return all.map((cells) => {
    const [name = '', ...figures] = cells.map((cell, column) => {
      const padding = ' '.repeat(widths[column]! - textWidth(cell));
      return column === 0 ? cell + padding : padding + cell;
    });
    return MARGIN + [name, ...figures].join(GAP);
  });
}

/** As autocannon has them. */
function ms(value: number): string {
  return `${value} ms`;
}
