import type { KnownValues } from './footprint.js';
import type { Table, TableColumn } from './catalogue.js';
import { asNode, isObject, namesOf, type Node, nodesOf, text } from './sql-parser.js';
import { OID } from './types.js';

/** A value as text with the type that it was declared with, 0 if none; null, or undefined where it is not known. */
export type ParameterValue = { readonly text: string; readonly type: number } | null | undefined;

export interface Parameters {
  /** By number, from 1. */
  value(number: number): ParameterValue;
  /** The same where a cast stands around it, which then decides its type. */
  castValue(number: number): ParameterValue;
}

export const NO_PARAMETERS: Parameters = { value: () => undefined, castValue: () => undefined };

/** Lists that are longer say nothing. */
const LONGEST_LIST = 100;

const INTEGERS: readonly number[] = [OID.int2, OID.int4, OID.int8];
const TEXTS: readonly number[] = [OID.text, OID.varchar];

/** Types of a value that are compared with a column of a type as texts of one form are. */
const COMPARED: ReadonlyMap<number, readonly number[]> = new Map([
  ...INTEGERS.map((type) => [type, INTEGERS] as const),
  ...TEXTS.map((type) => [type, TEXTS] as const),
  [OID.uuid, [OID.uuid]],
  [OID.bool, [OID.bool]],
]);

const TYPE_NAMES: Readonly<Record<string, number>> = {
  int2: OID.int2,
  int4: OID.int4,
  int8: OID.int8,
  text: OID.text,
  varchar: OID.varchar,
  uuid: OID.uuid,
  bool: OID.bool,
};

const TRUE = /^(t|true|1|on|yes)$/i;
const FALSE = /^(f|false|0|off|no)$/i;

/**
 * The one form of a value in a column; undefined where it is not certain that values of another form differ. Floats, numerics and
 * times are left out: 1.0 and 1.00 are equal, and so are two ways to write one moment.
 */
export function canonical(column: TableColumn, value: ParameterValue): string | undefined {
  if (value === null || value === undefined) return undefined;
  const { text: written, type } = value;
  const comparable = COMPARED.get(column.type);
  if (comparable === undefined || (type !== 0 && !comparable.includes(type))) return undefined;
  if (INTEGERS.includes(column.type))
    return /^\s*[+-]?\d+\s*$/.test(written) ? String(BigInt(written.trim().replace(/^\+/, ''))) : undefined;
  if (column.type === OID.uuid) return canonicalUuid(written);
  if (column.type === OID.bool) return TRUE.test(written) ? 't' : FALSE.test(written) ? 'f' : undefined;
  // What is too long may be cut, if only blanks are.
  return column.length !== undefined && written.length > column.length ? undefined : written;
}

function canonicalUuid(written: string): string | undefined {
  const digits = written.toLowerCase().replace(/[{}-]/g, '');
  return /^[0-9a-f]{32}$/.test(digits) ? digits : undefined;
}

/** The value of an expression that is a constant or a parameter; undefined for every other one. */
export function constantOf(node: Node | undefined, parameters: Parameters): ParameterValue {
  if (node === undefined) return undefined;
  const { kind, fields } = node;
  if (kind === 'ParamRef') return parameters.value(Number(fields['number'] ?? 0));
  if (kind === 'A_Const') return literalOf(fields);
  if (kind !== 'TypeCast') return undefined;
  const typeName = isObject(fields['typeName']) ? fields['typeName'] : {};
  const name = namesOf(typeName['names']).at(-1) ?? '';
  const argument = asNode(fields['arg']);
  const inner =
    argument?.kind === 'ParamRef'
      ? parameters.castValue(Number(argument.fields['number'] ?? 0))
      : constantOf(argument, parameters);
  const type = TYPE_NAMES[name];
  if (type === undefined || typeName['arrayBounds'] !== undefined || typeName['typmods'] !== undefined)
    return undefined;
  // A cast may change what it is given, but not to another text of the same type.
  if (inner === null || inner === undefined) return inner;
  return inner.type === 0 || inner.type === type ? { text: inner.text, type } : undefined;
}

function literalOf(fields: Node['fields']): ParameterValue {
  if (fields['isnull'] === true) return null;
  const { ival, sval, boolval } = fields;
  if (isObject(ival)) return { text: String(Number(ival['ival'] ?? 0)), type: OID.int4 };
  if (isObject(sval)) return { text: text(sval['sval']), type: 0 };
  if (isObject(boolval)) return { text: boolval['boolval'] === true ? 't' : 'f', type: OID.bool };
  return undefined;
}

/**
 * What a condition says for certain of columns of a table that is alone in its FROM: `column = value`, `in`, `= any`, and
 * these joined by AND. The rest of the condition only narrows it.
 */
export function knownFrom(
  condition: Node | undefined,
  table: Table,
  alias: string,
  parameters: Parameters,
): KnownValues {
  if (condition === undefined) return {};
  const { kind, fields } = condition;
  if (kind === 'BoolExpr' && fields['boolop'] === 'AND_EXPR') {
    return nodesOf(fields['args'])
      .map((argument) => knownFrom(argument, table, alias, parameters))
      .reduce(both, {});
  }
  if (kind !== 'A_Expr' || namesOf(fields['name']).join('.') !== '=') return {};
  const [left, right] = [asNode(fields['lexpr']), asNode(fields['rexpr'])];
  const pairs: [Node | undefined, unknown][] = [
    [left, fields['rexpr']],
    ...(fields['kind'] === 'AEXPR_OP' ? ([[right, fields['lexpr']]] as [Node | undefined, unknown][]) : []),
  ];
  for (const [side, value] of pairs) {
    const column = columnNamed(side, table, alias);
    if (column === undefined) continue;
    const values = listOf(text(fields['kind']), value, parameters)?.map((item) => canonical(column, item));
    if (values?.every((item) => item !== undefined)) return { [column.name]: values };
  }
  return {};
}

/** The values that a comparison names: one, or those of a list. */
function listOf(kind: string, value: unknown, parameters: Parameters): readonly ParameterValue[] | undefined {
  if (kind === 'AEXPR_OP') return [constantOf(asNode(value), parameters)];
  const node = asNode(value);
  const items =
    kind === 'AEXPR_IN' && node?.kind === 'List'
      ? nodesOf(node.fields['items'])
      : kind === 'AEXPR_OP_ANY' && node?.kind === 'A_ArrayExpr'
        ? nodesOf(node.fields['elements'])
        : undefined;
  if (items !== undefined) {
    return items.length > LONGEST_LIST ? undefined : items.map((item) => constantOf(item, parameters));
  }
  if (kind !== 'AEXPR_OP_ANY') return undefined;
  const array = node?.kind === 'ParamRef' ? parameters.value(Number(node.fields['number'] ?? 0)) : undefined;
  return array ? elementsOf(array.text) : undefined;
}

/** Of an array written as text, where that needs no quotes. */
function elementsOf(written: string): readonly ParameterValue[] | undefined {
  const inner = /^\{([\w,"-]*)\}$/.exec(written)?.[1];
  if (inner === undefined) return undefined;
  const words = inner === '' ? [] : inner.split(',').map((word) => word.replace(/^"([\w-]*)"$/, '$1'));
  if (words.length > LONGEST_LIST || words.some((word) => /["]|^null$/i.test(word) || word === ''))
    return undefined;
  return words.map((word) => ({ text: word, type: 0 }));
}

function columnNamed(node: Node | undefined, table: Table, alias: string): TableColumn | undefined {
  if (node?.kind !== 'ColumnRef') return undefined;
  const names = namesOf(node.fields['fields']);
  const name = names.at(-1);
  if (names.length > 2 || (names.length === 2 && names[0] !== alias)) return undefined;
  // What is generated changes with other columns.
  return table.columns.find((column) => column.name === name && !column.isGenerated);
}

function both(one: KnownValues, other: KnownValues): KnownValues {
  const joined: Record<string, readonly string[]> = { ...one };
  for (const [column, values] of Object.entries(other)) {
    const before = joined[column];
    joined[column] = before === undefined ? values : before.filter((value) => values.includes(value));
  }
  return joined;
}

/** The same without what is known of some columns. */
export function without(where: KnownValues, columns: ReadonlySet<string>): KnownValues {
  return Object.fromEntries(Object.entries(where).filter(([column]) => !columns.has(column)));
}

/** Only what is known of these columns. */
export function only(where: KnownValues, columns: readonly string[]): KnownValues {
  return Object.fromEntries(Object.entries(where).filter(([column]) => columns.includes(column)));
}
