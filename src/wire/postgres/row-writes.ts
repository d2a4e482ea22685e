import type { ForeignKey, Table, UniqueIndex } from './catalogue.js';
import { type EffectBuilder, NotKnown } from './effects.js';
import type { KnownValues, RowLock } from './footprint.js';
import { only, without } from './known-values.js';
import { ROW_SHARE } from './lock-modes.js';
import { keysIn } from './whole-keys.js';

/** A row is added with these values, and others that are not known. */
export function addInsertedRow(table: Table, where: KnownValues, effect: EffectBuilder): void {
  effect.writes.push({ table: table.id, where, keys: keysIn(where, table) });
  addKeys(table, where, 'insert', effect);
  for (const key of table.references) addParent(key, where, effect);
}

/** Rows that are there get other values in some columns. Returns how they are locked. */
export function addChangedRows(
  table: Table,
  where: KnownValues,
  assigned: ReadonlySet<string>,
  effect: EffectBuilder,
): RowLock {
  // What is generated changes with other columns: which, is in an expression.
  const generated = table.columns.filter(({ isGenerated }) => isGenerated).map(({ name }) => name);
  const changed = new Set([...assigned, ...generated]);
  const changes = ({ columns }: UniqueIndex) => columns?.some((column) => changed.has(column)) ?? false;
  const lock: RowLock = {
    table: table.id,
    where,
    strength: table.unique.some(changes) ? 'update' : 'no key update',
  };
  effect.rows.push(lock);
  effect.places.push(table.id);
  effect.assigns.push({ table: table.id, columns: [...changed] });
  effect.writes.push({ table: table.id, where: without(where, changed), keys: keysIn(where, table) });
  for (const index of table.unique) {
    if (changes(index)) addKey(index, {}, 'insert', effect);
    else addKey(index, where, 'alter', effect);
  }
  for (const key of table.references) {
    if (key.columns.some((column) => changed.has(column))) addParent(key, {}, effect);
  }
  for (const key of table.referencedBy) {
    if (key.parentColumns.some((column) => changed.has(column))) addChildren(key, effect);
  }
  return lock;
}

/** Rows that are there are removed. */
export function addDeletedRows(table: Table, where: KnownValues, effect: EffectBuilder): void {
  effect.rows.push({ table: table.id, where, strength: 'update' });
  effect.writes.push({ table: table.id, where, keys: keysIn(where, table) });
  addKeys(table, where, 'alter', effect);
  for (const key of table.referencedBy) addChildren(key, effect);
}

function addKeys(table: Table, where: KnownValues, mode: 'insert' | 'alter', effect: EffectBuilder): void {
  for (const index of table.unique) addKey(index, where, mode, effect);
}

/** A partial index, one over expressions, or an exclusion constraint: any two rows may collide. */
function addKey(
  { id, columns }: UniqueIndex,
  where: KnownValues,
  mode: 'insert' | 'alter',
  effect: EffectBuilder,
): void {
  if (columns === undefined) effect.keys.push({ index: id, where: {}, mode: 'insert' });
  else effect.keys.push({ index: id, where: only(where, columns), mode });
}

/** The row that a foreign key points to is looked up and locked FOR KEY SHARE. */
function addParent(
  { parent, columns, parentColumns }: ForeignKey,
  child: KnownValues,
  effect: EffectBuilder,
): void {
  const where = Object.fromEntries(
    columns.flatMap((column, at) => {
      const values = child[column];
      const target = parentColumns[at];
      return values === undefined || target === undefined ? [] : [[target, values] as const];
    }),
  );
  effect.freshReads.push({ table: parent, where });
  effect.rows.push({ table: parent, where, strength: 'key share' });
  effect.tables.push({ table: parent, mode: ROW_SHARE });
}

/** Before a key goes, the rows that point to it are looked for, at every isolation in a fresh snapshot, and locked. */
function addChildren({ child, cascades }: ForeignKey, effect: EffectBuilder): void {
  if (cascades) throw new NotKnown('a foreign key passes the change on to other tables');
  effect.freshReads.push({ table: child, where: {} });
  effect.scans.push(child);
  effect.rows.push({ table: child, where: {}, strength: 'key share' });
  effect.tables.push({ table: child, mode: ROW_SHARE });
}
