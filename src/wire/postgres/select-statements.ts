import { NotKnown } from './effects.js';
import { addExpression, type StatementReading } from './expressions.js';
import type { KnownValues, RowLock } from './footprint.js';
import { knownFrom } from './known-values.js';
import { ACCESS_SHARE, ROW_SHARE, type RowStrength } from './lock-modes.js';
import { fromTables, type Named } from './named-tables.js';
import { restsOnOrder } from './row-order.js';
import { asNode, type Fields, isObject, type Node, nodesOf, text } from './sql-parser.js';
import { looked, namesOneRow, noteCertain } from './whole-keys.js';

const STRENGTHS: Readonly<Record<string, RowStrength>> = {
  LCS_FORKEYSHARE: 'key share',
  LCS_FORSHARE: 'share',
  LCS_FORNOKEYUPDATE: 'no key update',
  LCS_FORUPDATE: 'update',
};

/** What a SELECT does, with the rows that it locks. `hasWith`: its WITH is read already. Throws `NotKnown`. */
export function addSelect(fields: Fields, reading: StatementReading, hasWith: boolean): void {
  const { larg, rarg, fromClause, lockingClause, intoClause, ...rest } = fields;
  if (intoClause !== undefined) throw new NotKnown('it makes a table');
  for (const side of [larg, rarg]) if (isObject(side)) reading.nested({ kind: 'SelectStmt', fields: side });
  addExpression(rest, reading);
  const items = nodesOf(fromClause);
  const tables = fromTables(fromClause, reading);
  const locking = nodesOf(lockingClause);
  const isAlone = items.length === 1 && items[0]?.kind === 'RangeVar';
  const isPlain = items.every(({ kind }) => kind === 'RangeVar' || kind === 'JoinExpr');
  if (locking.length > 0 && (!isPlain || hasWith)) throw new NotKnown('it locks rows of a subquery');
  for (const { table, alias } of tables) {
    const where = isAlone ? knownFrom(asNode(fields['whereClause']), table, alias, reading.parameters) : {};
    if (!isAlone || (!namesOneRow(where, table) && restsOnOrder(fields, table)))
      reading.effect.scans.push(table.id);
    reading.effect.reads.push(
      isAlone && reading.isOutermost ? looked(table, where, fields) : { table: table.id, where },
    );
    reading.effect.tables.push({ table: table.id, mode: ACCESS_SHARE });
    for (const clause of locking) addRowLock(clause, { table, alias }, where, reading, isAlone);
  }
}

function addRowLock(
  { fields }: Node,
  { table, alias }: Named,
  where: KnownValues,
  reading: StatementReading,
  isAlone: boolean,
): void {
  const named = nodesOf(fields['lockedRels']).map((relation) => text(relation.fields['relname']));
  if (named.length > 0 && !named.includes(alias)) return;
  const strength = STRENGTHS[text(fields['strength'])];
  if (strength === undefined) throw new NotKnown('it locks rows in a way that is not known');
  const lock: RowLock = { table: table.id, where, strength };
  reading.effect.rows.push(lock);
  reading.effect.tables.push({ table: table.id, mode: ROW_SHARE });
  if (isAlone) noteCertain(lock, table, reading);
}
