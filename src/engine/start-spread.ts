import type { TrialResult } from '../core/verdict.js';

/** What a trial changes in how far apart the clients of the next begin: one in which none met, and one in which some did. */
const CLOSER = 1 / 2;
const FURTHER = 1.05;

/**
 * Of a typical duration, the part over which the starts of clients are spread. An operation that takes microseconds when its code
 * is warm took a hundred times as long in the first trial: clients who begin within that never meet, and a trial without overlap
 * is no evidence. Where they meet they begin further apart again: what slowed one trial down is no reason to let all others begin
 * nearly at once. So one spread trial in fifteen may be lost, where the typical duration is too long.
 */
export class StartSpread {
  #share = 1;

  /** From 0 to 1. */
  get share(): number {
    return this.#share;
  }

  learn({ start, overlap }: Pick<TrialResult, 'start' | 'overlap'>): void {
    const isSpread = start === 'staggered' || start === 'shifted-pairs';
    if (!isSpread || overlap.possiblePairs === 0) return;
    this.#share = overlap.interleavedPairs === 0 ? this.#share * CLOSER : Math.min(1, this.#share * FURTHER);
  }
}
