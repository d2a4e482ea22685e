import { NotHappened, type ClientContext } from '../core/context.js';

/** Full jitter (Brooker, Exponential Backoff And Jitter, AWS Architecture Blog 2015): up to this, doubled each time. */
const FIRST_BACKOFF_MS = 1;
const LONGEST_BACKOFF_MS = 32;

/**
 * Repeats `body` while it throws a `NotHappened` that `isWorthIt` says to repeat, at most `retries` times more, with a
 * short random wait on the run's clock before each. Counts `retry`. Throws the last `NotHappened`, and anything else at once.
 */
export async function retryingWhile<T>(
  context: Pick<ClientContext, 'count' | 'random' | 'sleep'>,
  retries: number,
  isWorthIt: (error: NotHappened) => boolean,
  body: () => Promise<T>,
): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await body();
    } catch (error) {
      if (retry >= retries || !isNotHappened(error) || !isWorthIt(error)) throw error;
    }
    context.count('retry');
    await context.sleep(context.random() * Math.min(FIRST_BACKOFF_MS * 2 ** retry, LONGEST_BACKOFF_MS));
  }
}

/** By name as well: a target in the user's own file may hold another copy of the class. */
export function isNotHappened(error: unknown): error is NotHappened {
  return (
    error instanceof NotHappened ||
    (error instanceof Error && error.name === 'NotHappened' && 'code' in error)
  );
}
