import { z } from 'zod';
import { ANSWER_METRIC } from './k6-script.js';

/** What k6 tells of one attempt. */
export interface K6Answer {
  readonly client: number;
  readonly attempt: number;
  /** 0 where there was no answer. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Empty where there was an answer. */
  readonly error: string;
  readonly run: string;
  /** Of the answer's end by the wall clock of that machine, in nanoseconds. */
  readonly endedNs: bigint;
  readonly tookMs: number;
}

const TIME = /^(.{19})(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

const headers = z
  .string()
  .default('{}')
  .transform((text, context): Readonly<Record<string, string>> => {
    try {
      const all = z.record(z.string(), z.string()).parse(JSON.parse(text));
      return Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value]));
    } catch {
      context.addIssue('expected names and values as JSON');
      return z.NEVER;
    }
  });
const number = z.string().regex(/^\d+$/).transform(Number);
const point = z.object({
  data: z.object({
    time: z.string().regex(TIME, 'expected a time such as 2026-02-14T09:30:12.345678901Z'),
    value: z.number().nonnegative(),
    tags: z.object({
      client: number,
      attempt: number,
      status: number,
      headers,
      body: z.string().default(''),
      error: z.string().default(''),
      run: z.string().default(''),
    }),
  }),
});

/**
 * The answers in an output of `k6 run --out json`. Throws an Error where it is none; for people. A last line that was cut off tells
 * nothing, so that its answer is missing.
 */
export function readAnswers(text: string): readonly K6Answer[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index): K6Answer[] => {
    // Most lines are of k6's own metrics.
    if (!line.includes(ANSWER_METRIC)) return [];
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      if (index === lines.length - 1 && line.startsWith('{')) return [];
      throw new Error(`line ${index + 1} of k6's output is no JSON: ${line.slice(0, 120)}`);
    }
    const { type, metric } = (json ?? {}) as { readonly type?: unknown; readonly metric?: unknown };
    if (type !== 'Point' || metric !== ANSWER_METRIC) return [];
    const read = point.safeParse(json);
    if (!read.success) {
      const wrong = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      throw new Error(`line ${index + 1} of k6's output is no answer: ${wrong.join('; ')}`);
    }
    const { tags, time, value } = read.data.data;
    return [{ ...tags, endedNs: wallNs(time), tookMs: value }];
  });
}

/** A date holds milliseconds only. */
function wallNs(time: string): bigint {
  const [, seconds = '', fraction = '', zone = ''] = TIME.exec(time) ?? [];
  return BigInt(Date.parse(seconds + zone)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
