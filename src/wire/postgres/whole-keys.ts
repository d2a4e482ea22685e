import type { Table, UniqueIndex } from './catalogue.js';
import type { StatementReading } from './expressions.js';
import type { KnownValues, RowLock, Rows } from './footprint.js';
import { only } from './known-values.js';
import { asNode, type Fields, isObject, namesOf, type Node, nodesOf } from './sql-parser.js';

/** More keys than these are not told apart. */
const KEYS_READ = 20;

/** Whether these values name one row at most: one value for each column of a key. */
export function namesOneRow(where: KnownValues, table: Table): boolean {
  return table.unique.some((index) => isNamed(index, where));
}

/** Only the columns of a key that names one row: the others may be written later by the same transaction. */
export function keyOf(where: KnownValues, table: Table): KnownValues {
  return only(where, table.unique.find((index) => isNamed(index, where))?.columns ?? []);
}

/** A whole key with one value a column names one row: if the statement says that it had one, it was this. */
export function noteCertain(
  lock: RowLock,
  table: Table,
  { effect, isOutermost }: Pick<StatementReading, 'effect' | 'isOutermost'>,
): void {
  if (isOutermost && namesOneRow(lock.where, table))
    effect.certain = { ...lock, where: keyOf(lock.where, table), isCertain: true };
}

function isNamed({ columns }: UniqueIndex, where: KnownValues): boolean {
  return columns?.every((column) => where[column]?.length === 1) ?? false;
}

/** Names of all whole keys that these values make up. */
export function keysIn(where: KnownValues, table: Table): readonly string[] {
  return table.unique.flatMap(({ id, columns = [] }) => {
    const values = columns.map((column) => where[column] ?? []);
    const count = values.reduce((product, { length }) => product * length, 1);
    if (columns.length === 0 || count === 0 || count > KEYS_READ) return [];
    return tuplesOf(values).map((tuple) => `${id} ${JSON.stringify(tuple)}`);
  });
}

function tuplesOf(values: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return values.reduce<readonly (readonly string[])[]>(
    (tuples, next) => tuples.flatMap((tuple) => next.map((value) => [...tuple, value])),
    [[]],
  );
}

/**
 * Rows that a statement looks for in its only table. Where its condition says nothing but the values of one whole key, every way
 * to them comes by the row that has it; with more to it the server may look by another index, and never come there.
 */
export function looked(table: Table, where: KnownValues, fields: Fields): Rows {
  const known = Object.keys(where);
  const isKey = table.unique.some(
    ({ columns }) => columns?.length === known.length && columns.every((column) => known.includes(column)),
  );
  const isAll = termsOf(asNode(fields['whereClause'])) === known.length;
  return {
    ...{ table: table.id, where },
    ...(isKey && isAll ? { keys: keysIn(where, table) } : throughAll(table, fields)),
  };
}

/**
 * No index helps with the condition: whichever way the server goes, it goes through all. Where none helps with the order or an
 * aggregate either, nor has all that is asked for, it goes through the table itself.
 */
function throughAll({ indexed, columns }: Table, fields: Fields): Partial<Rows> {
  const { targetList, whereClause, sortClause, ...rest } = fields;
  const isPlain = (target: Node) => asNode(target.fields['val'])?.kind === 'ColumnRef';
  const computed = nodesOf(targetList).filter((target) => !isPlain(target));
  const isIndexed = (name: string) =>
    indexed?.includes(name) !== false || !columns.some((column) => column.name === name);
  const decisive = columnsIn([whereClause, rest, ...computed.map((target) => target.fields)]);
  if (decisive.some(isIndexed)) return {};
  const isTable = decisive.length > 0 && !columnsIn(sortClause).some(isIndexed);
  const mayEndEarly = fields['limitCount'] !== undefined || fields['limitOffset'] !== undefined;
  return { comesBy: isTable ? 'every version' : 'every row', mayEndEarly };
}

/** Names of columns; of more than one table, or of all at once, what is no name of one. */
export function columnsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(columnsIn);
  if (!isObject(value)) return [];
  const node = asNode(value);
  if (node?.kind === 'ColumnRef') return [namesOf(node.fields['fields']).at(-1) ?? '*'];
  return Object.values(value).flatMap(columnsIn);
}

/** Conditions that are joined by AND. */
function termsOf(condition: Node | undefined): number {
  if (condition === undefined) return 0;
  const { kind, fields } = condition;
  const isJoined = kind === 'BoolExpr' && fields['boolop'] === 'AND_EXPR';
  return isJoined ? nodesOf(fields['args']).reduce((sum, term) => sum + termsOf(term), 0) : 1;
}
