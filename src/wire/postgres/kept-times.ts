import type { Catalogue, Table } from './catalogue.js';
import { type TimesTaken, NO_TIMES } from './footprint.js';
import { isOfTime, timesIn } from './server-clock.js';
import type { Node } from './sql-parser.js';

/**
 * Times that become values of these columns. Of a column of another type (a number of milliseconds, a text) no comparison is
 * seen to be one of times, so a time that is kept there counts as compared.
 * Case: `insert` of `now()` into a text | `insert` of `now()` into a text, and then `order by` that text.
 */
export function keptTimes(
  table: Table,
  names: readonly string[],
  rows: readonly (readonly (Node | undefined)[])[],
  catalogue: Catalogue,
): TimesTaken {
  const isKept = rows.some((row) =>
    row.some((value, at) => {
      const column = table.columns.find(({ name }) => name === names[at]);
      if (value === undefined || (column !== undefined && isOfTime(column))) return false;
      const { own, transaction } = timesIn([{ [value.kind]: value.fields }], catalogue);
      return own || transaction;
    }),
  );
  return isKept ? { ...NO_TIMES, compared: true } : NO_TIMES;
}
