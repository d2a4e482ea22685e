import type { Finding } from '../../core/checker.js';
import { witnessOf } from '../words.js';
import { compatible, type Hold, type LockNotes } from './holds.js';

/**
 * Two operations that held one lock at once in modes that do not go together, as their notes prove: one acquired it while
 * the other had, had not let go, and had a lease that was not over. n log n, and the number of holds at one moment.
 *
 * Certain as far as the notes are true; see `lockNotes` for why. Without notes it says nothing, and the contract's own
 * checkers have to find what the lock was to prevent. A holder whose lease is over holds nothing: what it does then is
 * the next question, `outlivedLeases`. Misses holds whose release is not noted, but for the moment of their acquisition.
 */
export function twoHolders({ holds }: LockNotes): Finding[] {
  const pairs = pairsOf(holds, (first, second) => second.acquiredNs < first.certainUntilNs);
  const [pair] = pairs;
  if (!pair) return [];
  const [first, second] = pair;
  return [
    {
      anomaly: 'two-holders',
      grade: 'violation',
      message: `Clients ${first.client} and ${second.client} held ${first.key} at once, ${first.mode} and ${second.mode}.${more(pairs.length)}`,
      expected: 'no two holders whose modes do not go together',
      observed: `client ${second.client} acquired it before client ${first.client} let go and before its time was up`,
      witness: witnessOf(pair),
    },
  ];
}

/**
 * A holder that went on after its lease was over, while another held the lock. Graded as interesting: whether harm came of
 * it depends on what it did then, and on whether a fencing token stopped it. As expensive as `twoHolders`.
 *
 * Misses a holder whose release is not noted.
 */
export function outlivedLeases({ holds }: LockNotes): Finding[] {
  const pairs = pairsOf(
    holds,
    (first, second) => second.acquiredNs > first.leaseEndsNs && second.acquiredNs < first.believedUntilNs,
  );
  const [pair] = pairs;
  if (!pair) return [];
  const [first, second] = pair;
  const afterMs = Math.round((first.believedUntilNs - first.leaseEndsNs) / 1e6);
  return [
    {
      anomaly: 'lease-outlived',
      grade: 'interesting',
      message: `Client ${first.client} took itself for the holder of ${first.key} for ${afterMs} ms after its lease was over; client ${second.client} held it by then.${more(pairs.length)}`,
      expected: 'a holder that is done before its lease is over',
      observed: `done ${afterMs} ms after it`,
      witness: witnessOf(pair),
    },
  ];
}

/** The pairs of different operations on one lock whose modes do not go together; `first` acquired it first. */
function pairsOf(
  holds: readonly Hold[],
  together: (first: Hold, second: Hold) => boolean,
): (readonly [Hold, Hold])[] {
  const earlierOf = new Map<string, Hold[]>();
  const pairs: (readonly [Hold, Hold])[] = [];
  for (const second of holds) {
    const earlier = (earlierOf.get(second.key) ?? []).filter(
      ({ believedUntilNs }) => believedUntilNs > second.acquiredNs,
    );
    for (const first of earlier) {
      const apart = first.process !== second.process && first.acquiredNs < second.acquiredNs;
      if (apart && !compatible(first.mode, second.mode) && together(first, second)) {
        pairs.push([first, second]);
      }
    }
    earlierOf.set(second.key, [...earlier, second]);
  }
  return pairs;
}

function more(pairs: number): string {
  return pairs > 1 ? ` So it was for ${pairs - 1} more ${pairs === 2 ? 'pair' : 'pairs'}.` : '';
}
