import type jsonata from 'jsonata';

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

const COUNT = /^\s*([1-5]\d\d|[1-5]xx)\s*(!=|<=|>=|=|<|>)\s*(\d+)\s*$/i;

/**
 * Reads an expectation; adds what is wrong with it, with a caret under the place, to `problems`. Of an expression that is its
 * syntax, and every name with a `$` that nothing stands for; nothing of it is evaluated.
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
    problems.push(`--expect cannot be read: ${lowered(message)}\n${underlined(text, position, token)}`);
    return undefined;
  }
  const unknown = await unknownVariables(expression.ast());
  for (const { name, position } of unknown) {
    problems.push(`--expect names $${name}, which is nothing\n${underlined(text, position, `$${name}`)}`);
  }
  return unknown.length > 0
    ? undefined
    : { kind: 'expression', text, names: [...rootNames(expression.ast())] };
}

/** Where paths begin; what stands in a later step or a predicate is looked up in what the step before gave. */
function rootNames(part: unknown): Set<string> {
  if (typeof part !== 'object' || part === null) return new Set();
  const node = part as Readonly<Record<string, unknown>>;
  if (node['type'] === 'name') return new Set([String(node['value'])]);
  const inside = node['type'] === 'path' ? (node['steps'] as unknown[]).slice(0, 1) : Object.values(node);
  return new Set(inside.flatMap((one) => [...rootNames(one)]));
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
  const before = line.slice(0, place - begin).replace(/[^\t]/g, ' ');
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
