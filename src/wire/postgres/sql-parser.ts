import { loadModule, parseSync } from 'libpg-query';

/** A node of a syntax tree: its kind, and its fields as the server names them (`parsenodes.h`). */
export interface Node {
  readonly kind: string;
  readonly fields: Fields;
}

/** A value in a syntax tree. Fields that are zero, empty or false are left out by the parser. */
export type Fields = { readonly [name: string]: unknown };

/** Texts whose trees are kept: a target has a few statements, and runs them over and over. */
const KEPT = 500;

/** PostgreSQL's own grammar, compiled to WebAssembly. To be loaded before the first statement is parsed; about 0.1 s. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

const trees = new Map<string, readonly Node[] | undefined>();

/** The statements in a text; undefined where the grammar does not know it. */
export function parseSql(sql: string): readonly Node[] | undefined {
  if (trees.has(sql)) return trees.get(sql);
  const statements = parse(sql);
  if (trees.size >= KEPT) trees.clear();
  trees.set(sql, statements);
  return statements;
}

function parse(sql: string): readonly Node[] | undefined {
  // The parser takes no text without a statement.
  try {
    const { stmts = [] } = parseSync(sql) as { stmts?: readonly { readonly stmt?: unknown }[] };
    const statements = stmts.map(({ stmt }) => asNode(stmt));
    return statements.every((node) => node !== undefined) ? statements : undefined;
  } catch {
    return undefined;
  }
}

/** A node is an object with one field, which is its kind. */
export function asNode(value: unknown): Node | undefined {
  if (!isObject(value)) return undefined;
  const [kind, ...others] = Object.keys(value);
  if (kind === undefined || others.length > 0 || !/^[A-Z]/.test(kind)) return undefined;
  const fields = value[kind];
  return isObject(fields) ? { kind, fields } : undefined;
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The nodes in a list; what is no node is left out. */
export function nodesOf(list: unknown): readonly Node[] {
  return Array.isArray(list) ? list.flatMap((item) => asNode(item) ?? []) : [];
}

/** The words of a name that is a list of strings, e.g. `pg_catalog`, `count`. */
export function namesOf(list: unknown): readonly string[] {
  return nodesOf(list).map(({ kind, fields }) => (kind === 'String' ? text(fields['sval']) : '*'));
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
