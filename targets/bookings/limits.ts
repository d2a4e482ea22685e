import type { ClientContext, NotHappened } from '../../src/core/context.js';
import { isNotHappened } from '../../src/stores/retrying.js';
import type { BookOutcome } from '../../scenarios/bookings/contract.js';
import { BEING_BOOKED } from './outcomes.js';

/** A lock's expiry, how long one waits for it, and how often one looks; without a scenario's word, what is usual. */
export function lockTimesOf({ parameters }: Pick<ClientContext, 'parameters'>): {
  readonly expiryMs: number;
  readonly limitMs: number;
  readonly retryMs: number;
} {
  const { expiryMs = 30_000, limitMs = 10_000, retryMs = 100 } = parameters;
  return { expiryMs, limitMs, retryMs };
}

/**
 * Tries again while `attempt` certainly did not happen, for a reason that `isBusy` knows: somebody else was at it.
 * After the limit that is the answer. Anything else that is thrown goes on.
 */
export async function untilLimit(
  context: ClientContext,
  isBusy: (error: NotHappened) => boolean,
  attempt: () => Promise<BookOutcome>,
): Promise<BookOutcome> {
  const { limitMs, retryMs } = lockTimesOf(context);
  const deadlineMs = context.now() + limitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isNotHappened(error) || !isBusy(error)) throw error;
    }
    if (context.now() >= deadlineMs) return BEING_BOOKED;
    context.count('retry');
    // Drawn around what the scenario says, so that two who tried at once do not do so for ever.
    await context.sleep(2 * context.random() * retryMs);
  }
}
