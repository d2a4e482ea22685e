import type { BoundValue, FrontendMessage } from './frontend.js';
import type { Request } from './requests.js';
import type { Portal, SessionState, Statement } from './session-state.js';
import { splitAtParameters } from './parameter-places.js';
import { isNumber } from './types.js';
import { decodeBinary, hex } from './values.js';

const LONGEST_LABEL = 2_000;

/** One thing that a request asks for. */
export type Asked =
  | { readonly kind: 'run'; readonly sql: string }
  | { readonly kind: 'run-portal'; readonly portal: Portal; readonly limit: number }
  | { readonly kind: 'prepare'; readonly statement: Statement }
  /** It is given its values, and not run yet. */
  | { readonly kind: 'bind'; readonly portal: Portal }
  | { readonly kind: 'unknown'; readonly what: string };

/**
 * What a request asks for, in its order, with names looked up: among what the request itself prepares, then in the session.
 */
export function askedOf({ messages }: Request, state: SessionState): readonly Asked[] {
  const statements = new Map(state.statements);
  const portals = new Map(state.portals);
  const asked: Asked[] = [];
  for (const message of messages) {
    switch (message.kind) {
      case 'query':
        asked.push({ kind: 'run', sql: message.sql });
        break;
      case 'parse': {
        const statement = { sql: message.sql, types: message.types };
        statements.set(message.name, statement);
        asked.push({ kind: 'prepare', statement });
        break;
      }
      case 'bind': {
        const portal = portalOf(message, statements);
        if (portal === undefined) asked.push(unknown(`bind to "${message.statement}"`));
        else {
          portals.set(message.portal, portal);
          asked.push({ kind: 'bind', portal });
        }
        break;
      }
      case 'execute': {
        const portal = portals.get(message.portal);
        if (portal === undefined) {
          asked.push(unknown(`execute "${message.portal}"`));
          break;
        }
        const bound = asked.findIndex((one) => one.kind === 'bind' && one.portal === portal);
        if (bound >= 0) asked.splice(bound, 1);
        asked.push({ kind: 'run-portal', portal, limit: message.limit });
        break;
      }
      case 'call':
        asked.push(unknown('function call'));
        break;
      case 'copy-done':
      case 'copy-fail':
        asked.push(unknown('rows to copy'));
        break;
      case 'unreadable':
        asked.push(unknown('unreadable message'));
        break;
      default:
        break;
    }
  }
  return asked;
}

export function portalOf(
  message: Extract<FrontendMessage, { readonly kind: 'bind' }>,
  statements: ReadonlyMap<string, Statement>,
): Portal | undefined {
  const statement = statements.get(message.statement);
  if (statement === undefined) return undefined;
  return { statement, values: message.values, resultFormats: message.resultFormats };
}

function unknown(what: string): Asked {
  return { kind: 'unknown', what };
}

/** For people: the SQL with its values in. A statement that is prepared and run at once is told of once. */
export function labelOf(request: Request, asked: readonly Asked[]): string {
  const runs = asked.filter(({ kind }) => kind !== 'prepare');
  const told = runs.length > 0 ? runs : asked;
  const parts = told.map(inWords).filter((part) => part !== '');
  const label = parts.join('; ') || quietly(request);
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}

function inWords(asked: Asked): string {
  switch (asked.kind) {
    case 'run':
      return oneLine(asked.sql);
    case 'run-portal':
      return withValues(asked.portal);
    case 'prepare':
      return `prepare: ${oneLine(asked.statement.sql)}`;
    case 'bind':
      return `bind: ${withValues(asked.portal)}`;
    case 'unknown':
      return asked.what;
  }
}

/** A request that asks for nothing of the kind: `sync`, `describe`, `close`, `terminate`. */
function quietly({ messages, ends }: Request): string {
  const kinds = messages.map(({ kind }) => kind).filter((kind) => kind !== 'sync' && kind !== 'flush');
  return [...new Set(kinds)].join(', ') || ends;
}

function withValues({ statement, values }: Portal): string {
  const parts = partsOf(statement.sql).map((part) => {
    if (typeof part === 'string') return part;
    const value = values[part.number - 1];
    return value === undefined ? `$${part.number}` : literal(value, statement.types[part.number - 1] ?? 0);
  });
  return oneLine(parts.join(''));
}

const MOST_CUT = 500;
const cut = new Map<string, ReturnType<typeof splitAtParameters>>();

/** Schedules have the same statements again and again. */
function partsOf(sql: string): ReturnType<typeof splitAtParameters> {
  let parts = cut.get(sql);
  if (parts === undefined) {
    if (cut.size === MOST_CUT) cut.clear();
    cut.set(sql, (parts = splitAtParameters(sql)));
  }
  return parts;
}

function literal(value: BoundValue, type: number): string {
  const text = valueText(value, type);
  if (text === null) return 'null';
  return isNumber(type) && /^-?[\d.]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** As text; bytes of a type that is not known stay bytes. */
export function valueText({ isBinary, bytes }: BoundValue, type: number): string | null {
  if (bytes === null) return null;
  if (!isBinary) return bytes.toString('utf8');
  return decodeBinary(type, bytes) ?? hex(bytes);
}

function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim();
}
