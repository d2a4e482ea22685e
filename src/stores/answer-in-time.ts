import { setTimeout as wait } from 'node:timers/promises';
import { limitWords } from '../core/time-limit.js';

/** How long a server may take for a question of the store's own. */
export const ANSWER_MS = 5_000;

/** It was asked and said nothing in time; it may still answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The answer; rejects with `NoAnswer` where it takes longer than `limitMs`. */
export async function answerInTime<T>(
  product: string,
  answer: Promise<T>,
  limitMs: number = ANSWER_MS,
): Promise<T> {
  const answered = new AbortController();
  const late = wait(limitMs, undefined, { signal: answered.signal }).then(
    () => {
      throw new NoAnswer(`${product} did not answer within ${limitWords(limitMs)}`);
    },
    // Nobody waits for it any more.
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    answered.abort();
  }
}
