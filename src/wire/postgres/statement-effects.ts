import type { Catalogue } from './catalogue.js';
import { dataEffect } from './data-statements.js';
import { type Effect, type Isolation, NO_DATA, NotKnown } from './effects.js';
import { constantOf, NO_PARAMETERS, type Parameters } from './known-values.js';
import { ISOLATIONS, renames } from './settings.js';
import { asNode, isObject, namesOf, type Node, nodesOf, parseSql, text } from './sql-parser.js';

/** What the statements of a text do, in their order. */
export function effectsOf(sql: string, catalogue: Catalogue, parameters: Parameters): readonly Effect[] {
  const statements = parseSql(sql);
  if (statements === undefined)
    return sql.trim() === '' ? [] : [unknown('it is no SQL that our grammar knows')];
  return statements.map((statement) => {
    try {
      return effectOf(statement, catalogue, parameters);
    } catch (error) {
      if (error instanceof NotKnown)
        return { kind: error.renames ? 'renames' : 'unknown', why: error.message };
      throw error;
    }
  });
}

function unknown(why: string): Effect {
  return { kind: 'unknown', why };
}

const NOTHING: Effect = { kind: 'nothing' };

function effectOf(statement: Node, catalogue: Catalogue, parameters: Parameters): Effect {
  const { kind, fields } = statement;
  switch (kind) {
    case 'SelectStmt':
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
      return dataEffect(statement, catalogue, parameters);
    case 'TransactionStmt':
      return transactionEffect(text(fields['kind']), fields);
    case 'VariableSetStmt':
      return setEffect(fields, catalogue);
    case 'VariableShowStmt':
    case 'DeallocateStmt':
      return NOTHING;
    case 'LockStmt':
      return lockEffect(fields, catalogue);
    default:
      return otherEffect(kind, fields);
  }
}

/** Do anything to data, and nothing to the schema. */
const LEAVE_SCHEMA: ReadonlySet<string> = new Set([
  ...['CopyStmt', 'MergeStmt', 'ExecuteStmt', 'PrepareStmt', 'ExplainStmt', 'TruncateStmt', 'VacuumStmt'],
  ...['DeclareCursorStmt', 'FetchStmt', 'ClosePortalStmt', 'ListenStmt', 'NotifyStmt', 'UnlistenStmt'],
  ...['CheckPointStmt', 'RefreshMatViewStmt', 'ConstraintsSetStmt'],
]);

/**
 * Temporary things are the session's own: a function of `pg_temp` is found by nobody who does not say so, a temporary table
 * hides another of its name.
 */
function otherEffect(kind: string, fields: Node['fields']): Effect {
  const why = `it is a ${kind}`;
  if (LEAVE_SCHEMA.has(kind)) return unknown(why);
  if (kind === 'DiscardStmt') return { kind: 'renames', why };
  if (isObject(fields['relation']) && text(fields['relation']['relpersistence']) === 't') {
    return { kind: 'renames', why };
  }
  const isTemporary =
    (kind === 'CreateFunctionStmt' && namesOf(fields['funcname'])[0] === 'pg_temp') ||
    (kind === 'DropStmt' && nodesOf(fields['objects']).every(isTemporaryFunction));
  return isTemporary ? unknown(why) : { kind: 'changes-schema', why };
}

function isTemporaryFunction({ kind, fields }: Node): boolean {
  return kind === 'ObjectWithArgs' && namesOf(fields['objname'])[0] === 'pg_temp';
}

function transactionEffect(kind: string, fields: Node['fields']): Effect {
  const andBegins = fields['chain'] === true;
  switch (kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START': {
      const isolation = isolationOf(fields['options']);
      return { kind: 'begin', ...(isolation !== undefined && { isolation }) };
    }
    case 'TRANS_STMT_COMMIT':
      return { kind: 'commit', andBegins };
    case 'TRANS_STMT_ROLLBACK':
      return { kind: 'rollback', andBegins };
    case 'TRANS_STMT_SAVEPOINT':
    case 'TRANS_STMT_RELEASE':
      return { kind: 'savepoint' };
    case 'TRANS_STMT_ROLLBACK_TO':
      return { kind: 'rollback-to-savepoint' };
    default:
      return unknown('it is a step of a two-phase commit');
  }
}

/** Of the options of BEGIN and SET TRANSACTION. A deferrable transaction waits for a snapshot in its own way. */
function isolationOf(options: unknown): Isolation | undefined {
  let found: Isolation | undefined;
  for (const { fields } of nodesOf(options)) {
    const value = constantOf(asNode(fields['arg']), NO_PARAMETERS)?.text ?? '';
    if (text(fields['defname']) === 'transaction_isolation') found = levelNamed(value);
    if (text(fields['defname']) === 'transaction_deferrable' && value !== '0') return 'unknown';
  }
  return found;
}

/** READ UNCOMMITTED is READ COMMITTED in PostgreSQL. */
export function levelNamed(name: string): Isolation {
  switch (name.trim().toLowerCase()) {
    case 'read uncommitted':
    case 'read committed':
      return 'read committed';
    case 'repeatable read':
    case 'serializable':
      return name.trim().toLowerCase() as Isolation;
    default:
      return 'unknown';
  }
}

/** Every other setting is the session's own business. */
function setEffect(fields: Node['fields'], catalogue: Catalogue): Effect {
  const name = text(fields['name']).toLowerCase();
  const kind = text(fields['kind']);
  const args = nodesOf(fields['args']);
  if (kind === 'VAR_SET_MULTI') {
    const isolation = isolationOf(fields['args']);
    const of = name === 'session characteristics' ? 'session' : 'transaction';
    if (name === 'transaction snapshot')
      return { kind: 'isolation', isolation: 'unknown', of: 'transaction' };
    return isolation === undefined ? NOTHING : { kind: 'isolation', isolation, of };
  }
  const isolated = ISOLATIONS[name];
  if (isolated !== undefined) {
    const value = kind === 'VAR_SET_VALUE' ? constantOf(args[0], NO_PARAMETERS)?.text : undefined;
    const isolation = value === undefined ? levelNamed(catalogue.defaultIsolation) : levelNamed(value);
    return {
      kind: 'isolation',
      isolation: fields['is_local'] === true ? 'unknown' : isolation,
      of: isolated,
    };
  }
  if (name === 'transaction_deferrable')
    return { kind: 'isolation', isolation: 'unknown', of: 'transaction' };
  if (kind === 'VAR_RESET_ALL') {
    return { kind: 'isolation', isolation: levelNamed(catalogue.defaultIsolation), of: 'session' };
  }
  if (!renames(name)) return NOTHING;
  const words = args.map((argument) => constantOf(argument, NO_PARAMETERS)?.text);
  const isSame =
    name === 'search_path' &&
    words.length === 1 &&
    catalogue.schemas.length === 1 &&
    words[0] === catalogue.schemas[0];
  if (isSame) return NOTHING;
  const path = name === 'search_path' && words.length === 1 ? words[0] : undefined;
  return { kind: 'renames', why: `it sets ${name}`, ...(path !== undefined && { path }) };
}

/** Takes no snapshot. */
function lockEffect(fields: Node['fields'], catalogue: Catalogue): Effect {
  const tables = nodesOf(fields['relations']).map(({ fields: relation }) => {
    const table = catalogue.tables.get(text(relation['relname']));
    if (table === undefined || table.opaque !== undefined || isObject(relation['schemaname'])) {
      throw new NotKnown('it locks what is no table of this run');
    }
    return { table: table.id, mode: Number(fields['mode'] ?? 8) };
  });
  return { ...NO_DATA, takesSnapshot: false, asks: { ...NO_DATA.asks, tables } };
}
