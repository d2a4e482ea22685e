import type { Catalogue, Table, TableColumn } from './catalogue.js';
import { type DataEffect, EffectBuilder, NotKnown } from './effects.js';
import { addExpression, type Reading } from './expressions.js';
import type { KnownValues, RowLock } from './footprint.js';
import { keptTimes } from './kept-times.js';
import { canonical, constantOf, knownFrom, only, type Parameters, without } from './known-values.js';
import { ACCESS_SHARE, ROW_EXCLUSIVE, ROW_SHARE, type RowStrength } from './lock-modes.js';
import { restsOnOrder } from './row-order.js';
import { addChangedRows, addDeletedRows, addInsertedRow } from './row-writes.js';
import { bothTimes, timesIn } from './server-clock.js';
import { asNode, type Fields, isObject, namesOf, type Node, nodesOf, parseSql, text } from './sql-parser.js';
import { columnsIn, keyOf, looked, namesOneRow } from './whole-keys.js';

/** More rows of a VALUES list than this are taken for any rows. */
const ROWS_READ = 50;

/** What a SELECT, INSERT, UPDATE or DELETE does. Throws `NotKnown`. */
export function dataEffect(statement: Node, catalogue: Catalogue, parameters: Parameters): DataEffect {
  if (catalogue.hasOwnOperators)
    throw new NotKnown("there are operators, casts or domains of somebody's own");
  const effect = new EffectBuilder();
  effect.times = timesIn([statement.fields], catalogue);
  addStatement(statement, { catalogue, parameters, effect, withNames: new Set(), isOutermost: true });
  if (columnsIn(statement.fields).includes(PLACE)) {
    effect.scans.push(...effect.tables.map(({ table }) => table));
  }
  const countsWrites = statement.kind !== 'SelectStmt' && statement.fields['withClause'] === undefined;
  return { ...effect.build(), countsWrites, saysWhetherLocked: saysWhetherLocked(statement) };
}

/** Where a row stands in its table. */
const PLACE = 'ctid';

const TRIES = /^pg_try_advisory_(xact_)?lock(_shared)?$/;

function saysWhetherLocked({ kind, fields }: Node): boolean {
  const [target, ...others] = nodesOf(fields['targetList']);
  const call = asNode(target?.fields['val']);
  const isPlain =
    kind === 'SelectStmt' &&
    ['fromClause', 'whereClause', 'withClause', 'larg'].every((name) => fields[name] === undefined);
  return (
    isPlain &&
    others.length === 0 &&
    call?.kind === 'FuncCall' &&
    TRIES.test(namesOf(call.fields['funcname']).at(-1) ?? '')
  );
}

interface Frame extends Omit<Reading, 'nested'> {
  /** Not inside another statement: the rows that it says it had are these. */
  readonly isOutermost: boolean;
}

interface Statement extends Frame, Pick<Reading, 'nested'> {}

function addStatement({ kind, fields }: Node, frame: Frame): void {
  const withNames = new Set(frame.withNames);
  const clause = isObject(fields['withClause']) ? nodesOf(fields['withClause']['ctes']) : [];
  for (const { fields: query } of clause) withNames.add(text(query['ctename']));
  const reading: Statement = {
    ...frame,
    withNames,
    nested: (node) => addStatement(node, { ...frame, withNames, isOutermost: false }),
  };
  addExpression(clause, reading);
  const statement = { ...fields, withClause: undefined };
  switch (kind) {
    case 'SelectStmt':
      return addSelect(statement, reading, clause.length > 0);
    case 'InsertStmt':
      return addInsert(statement, reading);
    case 'UpdateStmt':
      return addUpdate(statement, reading);
    case 'DeleteStmt':
      return addDelete(statement, reading);
    default:
      throw new NotKnown(`it is a ${kind}`);
  }
}

/** A table of FROM, with the name by which the statement knows it. */
interface Named {
  readonly table: Table;
  readonly alias: string;
}

/** The server's own tables that only a change of the schema writes to; and that is unknown anyway. Drivers ask them for types. */
const DESCRIBES_SCHEMA: ReadonlySet<string> = new Set([
  ...['pg_type', 'pg_namespace', 'pg_attribute', 'pg_attrdef', 'pg_class', 'pg_range', 'pg_enum', 'pg_index'],
  ...['pg_constraint', 'pg_proc', 'pg_collation', 'pg_am', 'pg_description', 'pg_opclass', 'pg_operator'],
]);

function tableOf(relation: unknown, { catalogue, withNames }: Statement): Named | undefined {
  const fields = isObject(relation) ? relation : {};
  const [schema, name] = [text(fields['schemaname']), text(fields['relname'])];
  const alias = isObject(fields['alias']) ? text(fields['alias']['aliasname']) : name;
  if (schema === '' && withNames.has(name)) return undefined;
  const table = catalogue.tables.get(name);
  if ((schema === '' || schema === 'pg_catalog') && table === undefined && DESCRIBES_SCHEMA.has(name)) {
    return undefined;
  }
  const isOurs = schema === '' || (catalogue.schemas.length === 1 && schema === catalogue.schemas[0]);
  if (table === undefined || !isOurs || text(fields['catalogname']) !== '') {
    throw new NotKnown(
      `it uses ${[schema, name].filter((word) => word !== '').join('.')}, which is no table of this run`,
    );
  }
  if (table.opaque !== undefined) throw new NotKnown(`it uses ${name}: ${table.opaque}`);
  if (isObject(fields['alias']) && fields['alias']['colnames'] !== undefined) {
    throw new NotKnown(`it gives the columns of ${name} other names`);
  }
  return { table, alias };
}

/** The tables of a FROM, joined or not; the rest of it is added. */
function fromTables(items: unknown, reading: Statement): readonly Named[] {
  return nodesOf(items).flatMap((item) => {
    if (item.kind === 'RangeVar') return tableOf(item.fields, reading) ?? [];
    if (item.kind !== 'JoinExpr') {
      addExpression([{ [item.kind]: item.fields }], reading);
      return [];
    }
    addExpression(item.fields['quals'], reading);
    return fromTables([item.fields['larg'], item.fields['rarg']], reading);
  });
}

const STRENGTHS: Readonly<Record<string, RowStrength>> = {
  LCS_FORKEYSHARE: 'key share',
  LCS_FORSHARE: 'share',
  LCS_FORNOKEYUPDATE: 'no key update',
  LCS_FORUPDATE: 'update',
};

function addSelect(fields: Fields, reading: Statement, hasWith: boolean): void {
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
  reading: Statement,
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

/** A whole key with one value a column names one row: if the statement says that it had one, it was this. */
function noteCertain(lock: RowLock, table: Table, { effect, isOutermost }: Statement): void {
  if (isOutermost && namesOneRow(lock.where, table))
    effect.certain = { ...lock, where: keyOf(lock.where, table), isCertain: true };
}

function addInsert(fields: Fields, reading: Statement): void {
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

/** What a column gets that is not given, or is given as DEFAULT. A default may take a number from a sequence. */
function addDefaults(
  table: Table,
  named: readonly string[],
  rows: readonly (readonly Node[])[],
  mayLeaveOut: boolean,
  reading: Statement,
): void {
  for (const column of table.columns) {
    const at = named.indexOf(column.name);
    const isGiven =
      !mayLeaveOut && at >= 0 && rows.every((row) => row.length > at && row[at]?.kind !== 'SetToDefault');
    if (!isGiven && column.default !== undefined) addDefault(table, column, reading);
  }
}

function addDefault(table: Table, column: TableColumn, reading: Statement): void {
  if (column.default === undefined) return;
  const value = addServerExpression(column.default, reading);
  addKeptTimes(table, [column.name], [[value]], reading);
}

function addKeptTimes(
  table: Table,
  names: readonly string[],
  rows: readonly (readonly (Node | undefined)[])[],
  { effect, catalogue }: Statement,
): void {
  effect.times = bothTimes(effect.times, keptTimes(table, names, rows, catalogue));
}

/** What a query gives for each of its columns; both sides of a UNION. */
function answersOf({ fields }: Node): readonly (readonly (Node | undefined)[])[] {
  const sides = [fields['larg'], fields['rarg']].filter(isObject);
  if (sides.length > 0) return sides.flatMap((side) => answersOf({ kind: 'SelectStmt', fields: side }));
  return [nodesOf(fields['targetList']).map((target) => asNode(target.fields['val']))];
}

/** Checks and the expressions of indexes run with each row that is written. */
function addComputed(table: Table, reading: Statement): void {
  for (const check of table.checks) addServerExpression(check, reading);
}

/** An expression as the server writes it. */
function addServerExpression(expression: string, reading: Statement): Node | undefined {
  const [statement] = parseSql(`select ${expression}`) ?? [];
  const targets = statement?.fields['targetList'];
  if (targets === undefined) throw new NotKnown(`the server computes ${expression}`);
  addExpression(targets, reading);
  const { effect, catalogue } = reading;
  effect.times = bothTimes(effect.times, timesIn(targets, catalogue));
  return asNode(nodesOf(targets)[0]?.fields['val']);
}

function givenValues(
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

function addOnConflict(
  clause: Fields,
  { table }: Named,
  inserted: readonly KnownValues[],
  reading: Statement,
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

/** `set column = default`, also of several columns at once; and times that columns are set to. */
function addAssigned(table: Table, targets: unknown, reading: Statement): void {
  for (const { fields } of nodesOf(targets)) {
    const value = asNode(fields['val']);
    addKeptTimes(table, [text(fields['name'])], [[value]], reading);
    const isGiven = value?.kind !== 'SetToDefault' && value?.kind !== 'MultiAssignRef';
    const column = table.columns.find(({ name }) => name === text(fields['name']));
    if (!isGiven && column !== undefined) addDefault(table, column, reading);
  }
}

function assignedColumns(targets: unknown): ReadonlySet<string> {
  return new Set(nodesOf(targets).map((target) => text(target.fields['name'])));
}

function addUpdate(fields: Fields, reading: Statement): void {
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

/** Whether there are other tables in its FROM. */
function readOthers(fromClause: unknown, reading: Statement): boolean {
  for (const { table } of fromTables(fromClause, reading)) {
    reading.effect.reads.push({ table: table.id, where: {} });
    reading.effect.scans.push(table.id);
    reading.effect.tables.push({ table: table.id, mode: ACCESS_SHARE });
  }
  return nodesOf(fromClause).length > 0;
}

function addDelete(fields: Fields, reading: Statement): void {
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
