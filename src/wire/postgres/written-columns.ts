import type { Table, TableColumn } from './catalogue.js';
import { NotKnown } from './effects.js';
import { addExpression, type Reading } from './expressions.js';
import type { KnownValues } from './footprint.js';
import { keptTimes } from './kept-times.js';
import { canonical, constantOf, type Parameters } from './known-values.js';
import { bothTimes, timesIn } from './server-clock.js';
import { asNode, type Node, nodesOf, parseSql, text } from './sql-parser.js';

/** What a row of VALUES gives the columns of these names, as far as it is known. */
export function givenValues(
  table: Table,
  named: readonly string[],
  row: readonly Node[],
  parameters: Parameters,
): KnownValues {
  const known: Record<string, readonly string[]> = {};
  named.forEach((name, at) => {
    const column = table.columns.find((one) => one.name === name);
    if (column === undefined || column.isGenerated) return;
    const value = canonical(column, constantOf(row[at], parameters));
    if (value !== undefined) known[name] = [value];
  });
  return known;
}

/** `set column = default`, also of several columns at once; and times that columns are set to. */
export function addAssigned(table: Table, targets: unknown, reading: Reading): void {
  for (const { fields } of nodesOf(targets)) {
    const value = asNode(fields['val']);
    addKeptTimes(table, [text(fields['name'])], [[value]], reading);
    const isGiven = value?.kind !== 'SetToDefault' && value?.kind !== 'MultiAssignRef';
    const column = table.columns.find(({ name }) => name === text(fields['name']));
    if (!isGiven && column !== undefined) addDefault(table, column, reading);
  }
}

/** Of `set` and its targets. */
export function assignedColumns(targets: unknown): ReadonlySet<string> {
  return new Set(nodesOf(targets).map((target) => text(target.fields['name'])));
}

/** What a column gets that is not given, or is given as DEFAULT. A default may take a number from a sequence. */
export function addDefaults(
  table: Table,
  named: readonly string[],
  rows: readonly (readonly Node[])[],
  mayLeaveOut: boolean,
  reading: Reading,
): void {
  for (const column of table.columns) {
    const at = named.indexOf(column.name);
    const isGiven =
      !mayLeaveOut && at >= 0 && rows.every((row) => row.length > at && row[at]?.kind !== 'SetToDefault');
    if (!isGiven) addDefault(table, column, reading);
  }
}

function addDefault(table: Table, column: TableColumn, reading: Reading): void {
  if (column.default === undefined) return;
  const value = addServerExpression(column.default, reading);
  addKeptTimes(table, [column.name], [[value]], reading);
}

/** Times of the server, where the columns of these names get them in each row. */
export function addKeptTimes(
  table: Table,
  names: readonly string[],
  rows: readonly (readonly (Node | undefined)[])[],
  { effect, catalogue }: Reading,
): void {
  effect.times = bothTimes(effect.times, keptTimes(table, names, rows, catalogue));
}

/** Checks and the expressions of indexes run with each row that is written. */
export function addComputed(table: Table, reading: Reading): void {
  for (const check of table.checks) addServerExpression(check, reading);
}

/** An expression as the server writes it. */
function addServerExpression(expression: string, reading: Reading): Node | undefined {
  const [statement] = parseSql(`select ${expression}`) ?? [];
  const targets = statement?.fields['targetList'];
  if (targets === undefined) throw new NotKnown(`the server computes ${expression}`);
  addExpression(targets, reading);
  const { effect, catalogue } = reading;
  effect.times = bothTimes(effect.times, timesIn(targets, catalogue));
  return asNode(nodesOf(targets)[0]?.fields['val']);
}
