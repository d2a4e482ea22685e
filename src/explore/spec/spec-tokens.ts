import { UsageError } from '../../core/usage-error.js';

export type TokenKind = 'keyword' | 'name' | 'sql' | 'number' | 'mark' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  'notices',
  'permutation',
  'session',
  'setup',
  'step',
  'teardown',
]);

/** In turn: what is skipped, a name, a quoted name, SQL in braces, a number, a mark. */
const SPACE = /(?:[ \t\r\f\v\n]|#[^\n\r]*)+/y;
const NAME = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const QUOTED = /"((?:""|[^"\n])*)"/y;
/** Blanks behind the first brace and before the last are no part of it; a newline is. */
const SQL = /\{[ \t\r\f\v]*([^}]*?)[ \t\r\f\v]*\}/y;
const NUMBER = /\d+/y;
const MARK = /[(),*]/y;

/** Cuts the text of a spec into tokens; the last one is `end`. Throws a `UsageError` with the line. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  const lines = (passed: string) => passed.split('\n').length - 1;
  for (;;) {
    line += lines(match(SPACE)?.[0] ?? '');
    if (at >= text.length) return [...tokens, { kind: 'end', text: 'the end of the file', line }];
    const [name] = match(NAME) ?? [];
    if (name !== undefined) {
      tokens.push({ kind: KEYWORDS.has(name) ? 'keyword' : 'name', text: name, line });
      continue;
    }
    const quoted = match(QUOTED);
    if (quoted !== undefined) {
      tokens.push({ kind: 'name', text: (quoted[1] ?? '').replaceAll('""', '"'), line });
      continue;
    }
    const sql = match(SQL);
    if (sql !== undefined) {
      tokens.push({ kind: 'sql', text: sql[1] ?? '', line });
      line += lines(sql[0]);
      continue;
    }
    const [number] = match(NUMBER) ?? [];
    const [mark] = number === undefined ? (match(MARK) ?? []) : [];
    if (number !== undefined) tokens.push({ kind: 'number', text: number, line });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, line });
    else
      throw new UsageError([
        `line ${line}: expected a name, a keyword or SQL in braces, got ${whatIs(text, at)}`,
      ]);
  }
}

function whatIs(text: string, at: number): string {
  if (text[at] === '"') return 'a quoted name that does not end on its line';
  if (text[at] === '{') return 'SQL in braces that do not end';
  return JSON.stringify(text[at]);
}
