import type { Catalogue } from './catalogue.js';
import { addDelete, addUpdate } from './change-statements.js';
import { type DataEffect, EffectBuilder, NotKnown } from './effects.js';
import { addExpression, type StatementReading } from './expressions.js';
import { addInsert } from './insert-statements.js';
import type { Parameters } from './known-values.js';
import { addSelect } from './select-statements.js';
import { timesIn } from './server-clock.js';
import { asNode, isObject, namesOf, type Node, nodesOf, text } from './sql-parser.js';
import { columnsIn } from './whole-keys.js';

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

function addStatement({ kind, fields }: Node, frame: Omit<StatementReading, 'nested'>): void {
  const withNames = new Set(frame.withNames);
  const clause = isObject(fields['withClause']) ? nodesOf(fields['withClause']['ctes']) : [];
  for (const { fields: query } of clause) withNames.add(text(query['ctename']));
  const reading: StatementReading = {
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
