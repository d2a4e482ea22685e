import { whole } from './numbers.js';
import type { Report } from './report.js';
import { flow, textWidth, wrapName } from './text-width.js';
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

/** The same for a terminal: in columns, or each row's figures below its name where these are wider than that. */
export function loadTable(report: Report, width: number): readonly string[] {
  const all = loadRows(report);
  const table = inColumns(all);
  return table.every((line) => textWidth(line) <= width) ? table : belowNames(all, width);
}

function inColumns(all: readonly (readonly string[])[]): readonly string[] {
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

function belowNames([head = [], ...rows]: readonly (readonly string[])[], width: number): readonly string[] {
  const indent = `${MARGIN}${GAP}`;
  return rows.flatMap(([name = '', ...figures]) => [
    ...wrapName(`${head[0]}, ${name}`, width - MARGIN.length).map((line) => `${MARGIN}${line}`),
    ...flow(
      figures.map((figure, place) => `${head[place + 1]} ${figure}`),
      width - indent.length,
    ).map((line) => `${indent}${line}`),
  ]);
}

/** As autocannon has them. */
function ms(value: number): string {
  return `${value} ms`;
}
