import type { HistoryEvent, OpenTransaction } from '../core/history.js';
import type { Json } from '../core/json.js';
import {
  HISTORY_FORMAT,
  HISTORY_VERSION,
  eventLine,
  finalLine,
  headerLine,
  type HistoryHeader,
} from './history-lines.js';
import { orderProblems, type PlacedEvent } from './history-order.js';

/** What a file holds, whole or up to where it was cut off. */
export type ReadHistory =
  | {
      readonly kind: 'ok';
      readonly header: HistoryHeader;
      readonly events: readonly HistoryEvent[];
      readonly final: Json;
      readonly openTransactions: readonly OpenTransaction[];
      /** Line of each event, and of the final state, from 1: for whoever finds fault with a value. */
      readonly eventLines: readonly number[];
      readonly finalLine: number;
    }
  | {
      readonly kind: 'truncated';
      readonly header: HistoryHeader | undefined;
      readonly events: readonly HistoryEvent[];
      readonly reason: string;
    }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

export const MAX_PROBLEMS = 20;

/**
 * Reads a history file, ours or anybody's, and lists all that is wrong with it (the first 20), with line numbers.
 * Truncated: everything that is there is right, but the last line is cut in half or the final state is missing.
 * Blank lines, CRLF and fields that the format does not know are let through. Values are not held against the contract.
 */
export function readHistory(text: string): ReadHistory {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line, place) => ({ line: place + 1, text: line.trim() }))
    .filter((line) => line.text !== '');
  const lastLine = lines.at(-1);
  if (lastLine === undefined) {
    return { kind: 'truncated', header: undefined, events: [], reason: 'The file is empty.' };
  }

  const problems: string[] = [];
  const cut = isCutInHalf(lastLine.text);
  const whole = cut ? lines.slice(0, -1) : lines;
  const parsed = whole.flatMap(({ line, text: one }) => {
    try {
      return [{ line, value: JSON.parse(one) as unknown }];
    } catch {
      problems.push(`line ${line}: expected one JSON object, came ${excerpt(one)}`);
      return [];
    }
  });

  const [first, ...rest] = parsed;
  let header: HistoryHeader | undefined;
  const [top] = whole;
  if (top !== undefined) {
    // Whatever stands below the header of something else is no news.
    const foreign = first?.line === top.line ? foreignFormat(first.value) : noHeader(top.text);
    if (foreign !== undefined) return { kind: 'malformed', problems: [`line ${top.line}: ${foreign}`] };
    header = first === undefined ? undefined : checked(headerLine, first, problems);
  }

  const events: PlacedEvent[] = [];
  let final: { line: number; value: Json; openTransactions: readonly OpenTransaction[] } | undefined;
  for (const placed of rest) {
    if (final !== undefined) {
      problems.push(
        `line ${placed.line}: comes after the final state of line ${final.line}, which is the last line`,
      );
      break;
    }
    if (isFinal(placed.value)) {
      const value = checked(finalLine, placed, problems);
      if (value !== undefined) final = { line: placed.line, ...value };
    } else {
      const event = checked(eventLine, placed, problems);
      if (event !== undefined) events.push({ line: placed.line, event });
    }
  }
  // The order of events is judged only where no event is missing: a line that cannot be read would be blamed twice.
  if (problems.length === 0) problems.push(...orderProblems(events));
  if (cut && final !== undefined) {
    problems.push(
      `line ${lastLine.line}: comes after the final state of line ${final.line}, and is cut in half`,
    );
  }
  if (problems.length > 0) return { kind: 'malformed', problems: bounded(problems) };

  const plain = events.map(({ event }) => event);
  if (cut || final === undefined || header === undefined) {
    const reason = cut
      ? `Line ${lastLine.line} is cut in half, and the final state is missing.`
      : `The file ends after line ${lastLine.line}; the line with the final state ({"type":"final", ...}) is missing.`;
    return { kind: 'truncated', header, events: plain, reason };
  }
  return {
    kind: 'ok',
    header,
    events: plain,
    final: final.value,
    openTransactions: final.openTransactions,
    eventLines: events.map(({ line }) => line),
    finalLine: final.line,
  };
}

/** An object that is opened and never closed. A line that is merely wrong (`{'a': 1}`) closes what it opens. */
function isCutInHalf(line: string): boolean {
  if (!line.startsWith('{')) return false;
  let depth = 0;
  let inString = false;
  for (let place = 0; place < line.length; place += 1) {
    const character = line[place];
    if (inString) {
      if (character === '\\') place += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return false;
  }
  return true;
}

function foreignFormat(value: unknown): string | undefined {
  const { format, version } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (format !== HISTORY_FORMAT) return noHeader(JSON.stringify(value));
  if (version !== HISTORY_VERSION) {
    return `this race-check reads version ${HISTORY_VERSION} of the history format, the file says version ${excerpt(JSON.stringify(version) ?? 'nothing')}. Use the race-check that wrote it.`;
  }
  return undefined;
}

function noHeader(line: string): string {
  return `expected the header of a history, {"format":"${HISTORY_FORMAT}","version":${HISTORY_VERSION}, ...}, came ${excerpt(line)}. The format is described in docs/history-format.md.`;
}

function isFinal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'final';
}

interface LineSchema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { path: readonly PropertyKey[]; message: string }[] };
      };
}

function checked<T>(
  schema: LineSchema<T>,
  { line, value }: { line: number; value: unknown },
  problems: string[],
): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) {
    const where = path.length === 0 ? '' : `${path.join('.')}: `;
    problems.push(`line ${line}: ${where}${message}`);
  }
  return undefined;
}

function bounded(problems: readonly string[]): readonly string[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), `and ${problems.length - MAX_PROBLEMS} more`];
}

function excerpt(line: string): string {
  return line.length <= 60 ? line : `${line.slice(0, 60)}...`;
}
