import { Fields } from './fields.js';
import type { Message } from './frames.js';

/** What a client says, as far as a step is made of it. `unreadable`: the server will say what is wrong with it. */
export type FrontendMessage =
  | { readonly kind: 'query'; readonly sql: string }
  | {
      readonly kind: 'parse';
      readonly name: string;
      readonly sql: string;
      /** 0 where the client leaves a type open. */
      readonly types: readonly number[];
    }
  | {
      readonly kind: 'bind';
      readonly portal: string;
      readonly statement: string;
      readonly values: readonly BoundValue[];
      /** None: all are text. One: for all columns. Else one a column. */
      readonly resultFormats: readonly number[];
    }
  | { readonly kind: 'describe'; readonly of: 'statement' | 'portal'; readonly name: string }
  | { readonly kind: 'execute'; readonly portal: string; readonly limit: number }
  | { readonly kind: 'close'; readonly of: 'statement' | 'portal'; readonly name: string }
  | { readonly kind: 'sync' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'call' }
  | { readonly kind: 'copy-data' | 'copy-done' | 'terminate' | 'password' }
  | { readonly kind: 'copy-fail'; readonly reason: string }
  | { readonly kind: 'unreadable' };

export interface BoundValue {
  readonly isBinary: boolean;
  readonly bytes: Buffer | null;
}

/** Those of which nothing but their type matters. */
const PLAIN: Readonly<Record<string, FrontendMessage>> = {
  S: { kind: 'sync' },
  H: { kind: 'flush' },
  F: { kind: 'call' },
  d: { kind: 'copy-data' },
  c: { kind: 'copy-done' },
  X: { kind: 'terminate' },
  p: { kind: 'password' },
};

export function readFrontend({ type, body }: Message): FrontendMessage {
  const plain = PLAIN[type];
  if (plain !== undefined) return plain;
  const fields = new Fields(body);
  switch (type) {
    case 'Q': {
      const sql = fields.text();
      return sql === undefined ? UNREADABLE : { kind: 'query', sql };
    }
    case 'P':
      return readParse(fields);
    case 'B':
      return readBind(fields);
    case 'D':
    case 'C': {
      const named = readNamed(fields);
      return named === undefined ? UNREADABLE : { kind: type === 'D' ? 'describe' : 'close', ...named };
    }
    case 'E': {
      const [portal, limit] = [fields.text(), fields.int32()];
      return portal === undefined || limit === undefined ? UNREADABLE : { kind: 'execute', portal, limit };
    }
    case 'f':
      return { kind: 'copy-fail', reason: fields.text() ?? '' };
    default:
      return UNREADABLE;
  }
}

const UNREADABLE: FrontendMessage = { kind: 'unreadable' };

function readParse(fields: Fields): FrontendMessage {
  const [name, sql] = [fields.text(), fields.text()];
  const types = fields.list(() => fields.oid());
  if (name === undefined || sql === undefined || types === undefined) return UNREADABLE;
  return { kind: 'parse', name, sql, types };
}

function readBind(fields: Fields): FrontendMessage {
  const [portal, statement] = [fields.text(), fields.text()];
  const formats = fields.list(() => fields.int16());
  const bytes = fields.list(() => fields.value());
  const resultFormats = fields.list(() => fields.int16());
  if (portal === undefined || statement === undefined || !formats || !bytes || !resultFormats) {
    return UNREADABLE;
  }
  const values = bytes.map((value, index) => ({ isBinary: formatOf(formats, index) === 1, bytes: value }));
  return { kind: 'bind', portal, statement, values, resultFormats };
}

function readNamed(fields: Fields): { of: 'statement' | 'portal'; name: string } | undefined {
  const [of, name] = [fields.byte(), fields.text()];
  if (name === undefined || (of !== 'S' && of !== 'P')) return undefined;
  return { of: of === 'S' ? 'statement' : 'portal', name };
}

/** 0 is text, 1 is binary. */
export function formatOf(formats: readonly number[], index: number): number {
  return formats.length === 1 ? (formats[0] ?? 0) : (formats[index] ?? 0);
}
