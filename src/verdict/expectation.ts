import type { Expectation } from '../core/target.js';
import type { Judgement } from '../core/verdict.js';

/** What a run says about the claim of its target. */
export interface Standing {
  readonly met: boolean;
  /** What is claimed to happen did not, in so many trials of evidence; only `needed` without it would contradict the claim. */
  readonly unseen?: { readonly trials: number; readonly needed: number };
}

/**
 * Is this what the target claims? An inconclusive run meets no claim; a safe one that gives up has not met `holds`.
 *
 * `holds` says that something never happens: one trial contradicts it. `violated` and `gives-up` say that something can be
 * seen: only `needed` trials without it contradict them, as many as a pass needs, and fewer leave them unseen. Of a target
 * that gives up in every third trial, five show nothing in one run of eight ((2/3)^5): that is no contradiction.
 */
export function standingOf(
  expectation: Expectation,
  { verdict, gaveUp, trials }: Pick<Judgement, 'verdict' | 'gaveUp' | 'trials'>,
  needed: number,
): Standing {
  if (verdict === 'inconclusive') return { met: false };
  const seen = verdict === 'holds' && gaveUp !== undefined ? 'gives-up' : verdict;
  if (seen === expectation) return { met: true };
  // More trials would make neither a violation nor an operation that failed undone.
  const isContradicted = expectation === 'holds' || verdict === 'violated' || trials.counted >= needed;
  return { met: false, ...(isContradicted ? {} : { unseen: { trials: trials.counted, needed } }) };
}
