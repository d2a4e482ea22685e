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
}

const number = z.string().regex(/^\d+$/).transform(Number);
const point = z.object({
  data: z.object({
    tags: z.object({
      client: number,
      attempt: number,
      status: number,
      headers: z.string().default('{}'),
      body: z.string().default(''),
      error: z.string().default(''),
    }),
  }),
});

/** The answers in an output of `k6 run --out json`. Throws an Error where it is none; for people. */
export function readAnswers(text: string): readonly K6Answer[] {
  return text.split('\n').flatMap((line, index): K6Answer[] => {
    // Most lines are of k6's own metrics.
    if (!line.includes(ANSWER_METRIC)) return [];
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw new Error(`line ${index + 1} of k6's output is no JSON: ${line.slice(0, 120)}`);
    }
    const { type, metric } = json as { readonly type?: unknown; readonly metric?: unknown };
    if (type !== 'Point' || metric !== ANSWER_METRIC) return [];
    const { tags } = point.parse(json).data;
    return [{ ...tags, headers: headersOf(tags.headers) }];
  });
}

function headersOf(text: string): Readonly<Record<string, string>> {
  const headers = z.record(z.string(), z.string()).parse(JSON.parse(text));
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
