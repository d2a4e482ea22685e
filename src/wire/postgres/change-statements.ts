import { NotKnown } from './effects.js';
import { addExpression, type StatementReading } from './expressions.js';
import type { RowLock } from './footprint.js';
import { knownFrom, without } from './known-values.js';
import { ACCESS_SHARE, ROW_EXCLUSIVE } from './lock-modes.js';
import { fromTables, tableOf } from './named-tables.js';
import { addChangedRows, addDeletedRows } from './row-writes.js';
import { asNode, type Fields, nodesOf } from './sql-parser.js';
import { looked, namesOneRow, noteCertain } from './whole-keys.js';
import { addAssigned, addComputed, assignedColumns } from './written-columns.js';

/** What an UPDATE does. Throws `NotKnown`. */
export function addUpdate(fields: Fields, reading: StatementReading): void {
  const { relation, fromClause, ...rest } = fields;
  const target = tableOf(relation, reading);
  if (target === undefined) throw new NotKnown('it updates what is no table of this run');
  const { table, alias } = target;
  addExpression(rest, reading);
  const others = readOthers(fromClause, reading);
  const where = others ? {} : knownFrom(asNode(fields['whereClause']), table, alias, reading.parameters);
  const assigned = assignedColumns(fields['targetList']);
  if (others || !namesOneRow(where, table)) reading.effect.scans.push(table.id);
  reading.effect.reads.push(others ? { table: table.id, where } : looked(table, where, fields));
  reading.effect.tables.push({ table: table.id, mode: ROW_EXCLUSIVE });
  addComputed(table, reading);
  addAssigned(table, fields['targetList'], reading);
  const lock = addChangedRows(table, where, assigned, reading.effect);
  // Who gives a key the value that it has locks no more strongly than who changes no key.
  const certain: RowLock = { ...lock, strength: 'no key update', where: without(where, assigned) };
  if (!others) noteCertain(certain, table, reading);
}

/** What a DELETE does. Throws `NotKnown`. */
export function addDelete(fields: Fields, reading: StatementReading): void {
  const { relation, usingClause, ...rest } = fields;
  const target = tableOf(relation, reading);
  if (target === undefined) throw new NotKnown('it deletes from what is no table of this run');
  const { table, alias } = target;
  const { effect } = reading;
  addExpression(rest, reading);
  const others = readOthers(usingClause, reading);
  const where = others ? {} : knownFrom(asNode(fields['whereClause']), table, alias, reading.parameters);
  if (others || !namesOneRow(where, table)) effect.scans.push(table.id);
  effect.reads.push({ table: table.id, where });
  effect.tables.push({ table: table.id, mode: ROW_EXCLUSIVE });
  addDeletedRows(table, where, effect);
}

/** Whether there are other tables in its FROM. */
function readOthers(fromClause: unknown, reading: StatementReading): boolean {
  for (const { table } of fromTables(fromClause, reading)) {
    reading.effect.reads.push({ table: table.id, where: {} });
    reading.effect.scans.push(table.id);
    reading.effect.tables.push({ table: table.id, mode: ACCESS_SHARE });
  }
  return nodesOf(fromClause).length > 0;
}
