import type { Catalogue } from './catalogue.js';
import { type EffectBuilder, NotKnown } from './effects.js';
import { addCall } from './functions.js';
import type { Parameters } from './known-values.js';
import { asNode, type Fields, isObject, namesOf, type Node } from './sql-parser.js';

/** What the parts of one statement are read with. */
export interface Reading {
  readonly catalogue: Catalogue;
  readonly parameters: Parameters;
  readonly effect: EffectBuilder;
  /** Names that WITH gives to its queries. */
  readonly withNames: ReadonlySet<string>;
  /** A statement inside another: a subquery, a query of WITH. */
  nested(node: Node): void;
}

/** What one statement is read with. */
export interface StatementReading extends Reading {
  /** Not inside another statement: the rows that it says it had are these. */
  readonly isOutermost: boolean;
}

/** Kinds of nodes that do nothing beyond what their parts do. Every other kind is not known. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  ...['A_Expr', 'BoolExpr', 'ColumnRef', 'ParamRef', 'A_Const', 'A_Star', 'A_ArrayExpr', 'A_Indices'],
  ...['A_Indirection', 'NullTest', 'BooleanTest', 'CaseExpr', 'CaseWhen', 'CoalesceExpr', 'MinMaxExpr'],
  ...['RowExpr', 'List', 'ResTarget', 'SortBy', 'SubLink', 'SQLValueFunction', 'WindowDef', 'GroupingSet'],
  ...['GroupingFunc', 'SetToDefault', 'MultiAssignRef', 'CollateClause', 'IndexElem', 'RangeSubselect'],
  ...['RangeFunction', 'JoinExpr', 'Alias', 'String', 'Integer', 'Float', 'Boolean', 'BitString'],
  ...['CommonTableExpr', 'NamedArgExpr', 'ReturningOption', 'TypeCast', 'FuncCall', 'LockingClause'],
]);

const STATEMENTS: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt']);

/** Adds what an expression does, and all that is in it: calls, subqueries, tables. Throws `NotKnown`. */
export function addExpression(value: unknown, reading: Reading): void {
  if (Array.isArray(value)) {
    for (const item of value) addExpression(item, reading);
    return;
  }
  if (!isObject(value)) return;
  const node = asNode(value);
  if (node === undefined) return addFields(value, reading);
  if (STATEMENTS.has(node.kind)) return reading.nested(node);
  if (node.kind === 'RangeVar') throw new NotKnown('a table stands where none was expected');
  if (!TRANSPARENT.has(node.kind)) throw new NotKnown(`it has a part of the kind ${node.kind}`);
  if (node.kind === 'FuncCall') addCall(node.fields, reading.catalogue, reading.parameters, reading.effect);
  addFields(node.fields, reading);
}

function addFields(fields: Fields, reading: Reading): void {
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'typeName') checkType(value, reading.catalogue);
    else if (name !== 'funcname' && name !== 'name') addExpression(value, reading);
  }
}

/** A type of somebody's own may check or convert with functions of their own; an enumeration does neither, but is not told apart. */
function checkType(value: unknown, catalogue: Catalogue): void {
  if (!isObject(value)) return;
  const names = namesOf(value['names']);
  const isBuiltIn = names.length === 1 || names[0] === 'pg_catalog';
  if (!isBuiltIn || (names.length === 1 && catalogue.ownTypes.has(names[0] ?? ''))) {
    throw new NotKnown(`it uses the type ${names.join('.')}`);
  }
}
