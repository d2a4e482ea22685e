import { NotKnown } from './effects.js';
import { addExpression, type StatementReading } from './expressions.js';
import type { KnownValues } from './footprint.js';
import { only } from './known-values.js';
import { ROW_EXCLUSIVE } from './lock-modes.js';
import { type Named, tableOf } from './named-tables.js';
import { addChangedRows, addInsertedRow } from './row-writes.js';
import { asNode, type Fields, isObject, type Node, nodesOf, text } from './sql-parser.js';
import {
  addAssigned,
  addComputed,
  addKeptTimes,
  addDefaults,
  assignedColumns,
  givenValues,
} from './written-columns.js';

/** More rows of a VALUES list than this are taken for any rows. */
const ROWS_READ = 50;

/** What an INSERT does, also where a row is there already. Throws `NotKnown`. */
export function addInsert(fields: Fields, reading: StatementReading): void {
  const { relation, cols, selectStmt, onConflictClause, ...rest } = fields;
  const target = tableOf(relation, reading);
  if (target === undefined) throw new NotKnown('it inserts into what is no table of this run');
  const { table } = target;
  const { effect } = reading;
  if (rest['override'] === 'OVERRIDING_USER_VALUE') throw new NotKnown('it has the server pass over values');
  addExpression({ ...rest, override: undefined }, reading);
  const named =
    cols === undefined
      ? table.columns.map(({ name }) => name)
      : nodesOf(cols).map((column) => text(column.fields['name']));
  const source = asNode(selectStmt);
  if (source !== undefined) reading.nested(source);
  const lists = source === undefined ? [] : nodesOf(source.fields['valuesLists']);
  const isGiven = source === undefined || (lists.length > 0 && lists.length <= ROWS_READ);
  const rows = lists.map((list) => nodesOf(list.fields['items']));
  // How many columns a query has is not counted: without a list of names any may be left to its default.
  const mayLeaveOut = source === undefined || (cols === undefined && lists.length === 0);
  addDefaults(table, named, rows, mayLeaveOut, reading);
  addComputed(table, reading);
  addKeptTimes(table, named, lists.length > 0 || source === undefined ? rows : answersOf(source), reading);
  const inserted =
    isGiven && rows.length > 0 ? rows.map((row) => givenValues(table, named, row, reading.parameters)) : [{}];
  effect.tables.push({ table: table.id, mode: ROW_EXCLUSIVE });
  effect.places.push(table.id);
  for (const where of inserted) addInsertedRow(table, where, effect);
  if (isObject(onConflictClause)) addOnConflict(onConflictClause, target, inserted, reading);
}

/** What a query gives for each of its columns; both sides of a UNION. */
function answersOf({ fields }: Node): readonly (readonly (Node | undefined)[])[] {
  const sides = [fields['larg'], fields['rarg']].filter(isObject);
  if (sides.length > 0) return sides.flatMap((side) => answersOf({ kind: 'SelectStmt', fields: side }));
  return [nodesOf(fields['targetList']).map((target) => asNode(target.fields['val']))];
}

function addOnConflict(
  clause: Fields,
  { table }: Named,
  inserted: readonly KnownValues[],
  reading: StatementReading,
): void {
  const { effect } = reading;
  addExpression({ ...clause, action: undefined, infer: undefined }, reading);
  if (isObject(clause['infer'])) addExpression(clause['infer'], reading);
  if (text(clause['action']) !== 'ONCONFLICT_UPDATE') return;
  const arbiters = isObject(clause['infer'])
    ? nodesOf(clause['infer']['indexElems']).map((element) => text(element.fields['name']))
    : [];
  const assigned = assignedColumns(clause['targetList']);
  addAssigned(table, clause['targetList'], reading);
  for (const where of inserted) {
    const found = arbiters.length > 0 ? only(where, arbiters) : {};
    effect.reads.push({ table: table.id, where: found });
    addChangedRows(table, found, assigned, effect);
  }
}
