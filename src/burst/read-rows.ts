import { CsvError, parse } from 'csv-parse/sync';
import type { Row } from './definition.js';
import { TEMPLATE_NAMES } from './template.js';

/**
 * The rows of a CSV whose first line names its columns: one for each client, further ones are left out. Adds to
 * `problems` what is wrong with it.
 */
export function readRows(
  file: string,
  text: string,
  clients: number,
  problems: string[],
): { readonly columns: readonly string[]; readonly rows: readonly Row[] } {
  let columns: readonly string[] = [];
  let rows: Row[];
  try {
    rows = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      columns: (names: string[]) => {
        columns = names;
        return names;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push(`expected a CSV for --data, got ${file}: ${error.message}`);
    return { columns: [], rows: [] };
  }
  const twice = columns.filter((name, place) => columns.indexOf(name) !== place);
  for (const name of new Set(twice))
    problems.push(`expected columns of different names in ${file}, got "${name}" twice`);
  for (const name of columns.filter((one) => (TEMPLATE_NAMES as readonly string[]).includes(one))) {
    problems.push(`expected columns that do not stand for something already in ${file}, got "${name}"`);
  }
  if (rows.length < clients) {
    problems.push(`expected a row for each of ${clients} clients in ${file}, got ${rows.length}`);
  }
  return { columns, rows: rows.slice(0, clients) };
}
