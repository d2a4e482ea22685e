import { lockNotes, type Hold } from '../checkers/locks/holds.js';
import type { ContractTypes } from '../core/contract.js';
import type { History } from '../core/history.js';
import type { WaitPair } from '../core/verdict.js';

/** What the notes of one trial tell of its locks. */
export interface NotedWaits {
  readonly lockWaitsNs: readonly number[];
  /** Everybody who held a lock while somebody else waited for it. A hold without a noted release counts for its beginning only. */
  readonly waitedFor: readonly WaitPair[];
}

/**
 * Whom a wait was for is found by holding it against every hold of its lock. Where a trial has more of both than this comes
 * to, only every so many-th wait is looked at: a thousand clients behind one lock would make half a million pairs.
 */
const MOST_COMPARISONS = 2_000;

/** Waits for locks, from the notes of the targets. */
export function notedWaits<C extends ContractTypes>(
  history: Pick<History<C>, 'operations' | 'events'>,
): NotedWaits {
  const { holds, waits } = lockNotes(history);
  const holdsOf = new Map<string, Hold[]>();
  for (const hold of holds) {
    const same = holdsOf.get(hold.key);
    if (same) same.push(hold);
    else holdsOf.set(hold.key, [hold]);
  }
  const pairs = new Map<string, { waiter: number; holder: number; samples: number; seenBy: 'notes' }>();
  const step = Math.ceil((waits.length * holds.length) / MOST_COMPARISONS);
  const looked = waits.filter((_, index) => step <= 1 || index % step === 0);
  for (const { client: waiter, key, requestedNs, endedNs } of looked) {
    for (const { client: holder, acquiredNs, believedUntilNs } of holdsOf.get(key) ?? []) {
      if (holder === waiter || acquiredNs >= endedNs || believedUntilNs <= requestedNs) continue;
      const pair = `${waiter} ${holder}`;
      const known = pairs.get(pair) ?? { waiter, holder, samples: 0, seenBy: 'notes' };
      known.samples += 1;
      pairs.set(pair, known);
    }
  }
  return {
    lockWaitsNs: waits.map(({ requestedNs, endedNs }) => endedNs - requestedNs),
    waitedFor: [...pairs.values()],
  };
}
