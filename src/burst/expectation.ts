import type jsonata from 'jsonata';
import { textWidth } from '../core/text-width.js';
import { dependsOnDocument, KNOWN_NAMES, lookedUp, type LookedUp } from './document-names.js';

/** What must be true of the answers of every trial, as the user wrote it. */
export type Expectation = CountExpectation | ExpressionExpectation;

/** `200 = 1`, `2xx >= 1`: how many answers have a status. */
export interface CountExpectation {
  readonly kind: 'count';
  readonly text: string;
  /** A status, or `2xx` for all that begin with this digit. */
  readonly status: string;
  readonly comparison: Comparison;
  readonly count: number;
}

/** A JSONata expression over `{ answers: [{ status, body, ms }], before, after }`. */
export interface ExpressionExpectation {
  readonly kind: 'expression';
  readonly text: string;
  /** The names that it looks up in the document itself: answers, before, after. */
  readonly names: readonly string[];
}

export const COMPARISONS = {
  '=': (left: number, right: number) => left === right,
  '!=': (left: number, right: number) => left !== right,
  '<': (left: number, right: number) => left < right,
  '<=': (left: number, right: number) => left <= right,
  '>': (left: number, right: number) => left > right,
  '>=': (left: number, right: number) => left >= right,
} as const;

export type Comparison = keyof typeof COMPARISONS;

/** Of other languages. */
const OTHER_SIGNS = /==|&&|\|\||![^=]/;
const JSONATA_SIGNS = ' (JSONata writes =, and, or, $not(...))';
const COUNT = /^\s*([1-5]\d\d|[1-5]xx)\s*(!=|<=|>=|=|<|>)\s*(\d+)\s*$/i;

/**
 * Reads an expectation; adds what is wrong with it, with a caret under the place, to `problems`. Of an expression that is its
 * syntax, every name that nothing stands for, and a count of a status within it, which would compare two numbers; nothing
 * of it is evaluated.
 */
export async function readExpectation(text: string, problems: string[]): Promise<Expectation | undefined> {
  const [, status, comparison, count] = COUNT.exec(text) ?? [];
  if (status !== undefined) {
    return {
      kind: 'count',
      text,
      status: status.toLowerCase(),
      comparison: comparison as Comparison,
      count: Number(count),
    };
  }
  let expression: jsonata.Expression;
  const { default: parse } = await import('jsonata');
  try {
    expression = parse(text);
  } catch (error) {
    const { message, position, token } = error as jsonata.JsonataError;
    problems.push(
      `--expect cannot be read: ${lowered(message)}${OTHER_SIGNS.test(text) ? JSONATA_SIGNS : ''}\n${underlined(text, position, token)}`,
    );
    return undefined;
  }
  const ast: unknown = expression.ast();
  const names = lookedUp(ast);
  const wrong = [
    ...countsWithin(ast).map(({ words, position, token }) => ({
      ...{ position, token },
      what: `compares two numbers, ${words}: a count of a status stands alone in an --expect of its own`,
    })),
    ...(await unknownVariables(expression.ast())).map(({ name, position }) => ({
      ...{ position, token: `$${name}` },
      what: `names $${name}, which is nothing`,
    })),
    ...names.filter(isUnknown).map(({ name, in: place, position }) => ({
      ...{ position, token: name },
      what: `names ${name}, which is nothing: ${place === 'answer' ? 'an answer' : 'the document'} has ${KNOWN_NAMES[place].join(', ')}`,
    })),
  ];
  problems.push(
    ...wrong.map(({ what, position, token }) => `--expect ${what}\n${underlined(text, position, token)}`),
  );
  if (wrong.length > 0) return undefined;
  if (!dependsOnDocument(ast)) {
    problems.push(
      `expected something of ${KNOWN_NAMES.document.join(', ')} in --expect '${text}', which is the same whatever was answered`,
    );
    return undefined;
  }
  const ofDocument = names.filter((one) => one.in === 'document').map(({ name }) => name);
  return { kind: 'expression', text, names: [...new Set(ofDocument)] };
}

function isUnknown({ name, in: place }: LookedUp): boolean {
  return !KNOWN_NAMES[place].includes(name);
}

interface CountWithin {
  readonly words: string;
  readonly position: number | undefined;
  readonly token: string;
}

/** `200 = 1` in the midst of an expression: to JSONata two numbers, which differ whatever was answered. */
function countsWithin(part: unknown): readonly CountWithin[] {
  if (typeof part !== 'object' || part === null) return [];
  const node = part as Readonly<Record<string, unknown>>;
  const { type, value, lhs, rhs, position } = node;
  const left = numberOf(lhs);
  const right = numberOf(rhs);
  const isComparison = type === 'binary' && Object.hasOwn(COMPARISONS, String(value));
  if (isComparison && left !== undefined && right !== undefined) {
    const token = String(value);
    return [{ words: `${left} ${token} ${right}`, position: position as number | undefined, token }];
  }
  return Object.values(node).flatMap(countsWithin);
}

function numberOf(part: unknown): number | undefined {
  const { type, value } = (part ?? {}) as Readonly<Record<string, unknown>>;
  return type === 'number' ? (value as number) : undefined;
}

interface Named {
  readonly name: string;
  readonly position: number | undefined;
}

/** Variables and functions that neither the expression nor JSONata defines: most likely a slip of the pen. */
async function unknownVariables(ast: jsonata.ExprNode): Promise<readonly Named[]> {
  const used: Named[] = [];
  const bound = new Set(['', '$']);
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const node = part as Readonly<Record<string, unknown>>;
    if (node['type'] === 'variable') {
      used.push({ name: String(node['value']), position: node['position'] as number | undefined });
    }
    // Bound in a path: `@$item`, `#$place`.
    for (const key of ['focus', 'index']) {
      if (typeof node[key] === 'string') bound.add(node[key]);
    }
    if (node['type'] === 'index') bound.add(String(node['value']));
    if (node['type'] === 'bind') bound.add(String((node['lhs'] as jsonata.ExprNode).value));
    if (node['type'] === 'lambda') {
      for (const { value } of (node['arguments'] ?? []) as jsonata.ExprNode[]) bound.add(String(value));
    }
    Object.values(node).forEach(walk);
  };
  walk(ast);
  const { default: parse } = await import('jsonata');
  const unknown: Named[] = [];
  for (const one of used.filter(({ name }) => !bound.has(name))) {
    const isDefined: unknown = await parse(`$exists($${one.name})`).evaluate({});
    if (isDefined !== true && unknown.every(({ name }) => name !== one.name)) unknown.push(one);
  }
  return unknown;
}

const INDENT = '    ';

/**
 * The line of a text that holds the place, and a caret under it. JSONata's `position` counts the characters read so far, the
 * token included, where it knows one.
 */
export function underlined(text: string, position: number | undefined, token?: unknown): string {
  const place = placeOf(text, position ?? text.length + 1, token);
  const begin = text.lastIndexOf('\n', place - 1) + 1;
  const [line = ''] = text.slice(begin).split('\n');
  // What stands before keeps its tabs, so that the caret is below the place however wide they are.
  const before = line.slice(0, place - begin).replace(/[^\t]+/g, (words) => ' '.repeat(textWidth(words)));
  return `${INDENT}${line}\n${INDENT}${before}^`;
}

function placeOf(text: string, position: number, token: unknown): number {
  if (token === '(end)') return text.length;
  const word = typeof token === 'string' || typeof token === 'number' ? String(token) : '';
  const isThere = word !== '' && text.slice(0, position).endsWith(word);
  return Math.min(Math.max(0, position - (isThere ? word.length : 1)), text.length);
}

/** To stand behind a colon. */
function lowered(message: string): string {
  return message.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()).replace(/\.$/, '');
}
