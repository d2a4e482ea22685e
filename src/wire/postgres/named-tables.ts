import type { Table } from './catalogue.js';
import { NotKnown } from './effects.js';
import { addExpression, type StatementReading } from './expressions.js';
import { isObject, nodesOf, text } from './sql-parser.js';

/** A table of FROM, with the name by which the statement knows it. */
export interface Named {
  readonly table: Table;
  readonly alias: string;
}

/** The server's own tables that only a change of the schema writes to; and that is unknown anyway. Drivers ask them for types. */
const DESCRIBES_SCHEMA: ReadonlySet<string> = new Set([
  ...['pg_type', 'pg_namespace', 'pg_attribute', 'pg_attrdef', 'pg_class', 'pg_range', 'pg_enum', 'pg_index'],
  ...['pg_constraint', 'pg_proc', 'pg_collation', 'pg_am', 'pg_description', 'pg_opclass', 'pg_operator'],
]);

/** The table that a statement names; undefined where it is a query of its WITH, or none that a step could change. Throws `NotKnown`. */
export function tableOf(relation: unknown, { catalogue, withNames }: StatementReading): Named | undefined {
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
export function fromTables(items: unknown, reading: StatementReading): readonly Named[] {
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
