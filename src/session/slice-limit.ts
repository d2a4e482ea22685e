import type { TimeLimit } from '../engine/early-stop.js';
import type { TimeSlice } from './time-budget.js';

/** Then one trial, or a set-up, may be under way. A client that is cut off in a transaction can keep a server busy for long. */
const GRACE_MS = 5_000;

/** A trial that lasts so many times as long as would still do is given up: the first of many clients may take minutes. */
const HOPELESS = 2;
const SHORTEST_HOPE_MS = 1_000;

/** What a run is told of its share of a budget. */
export interface SliceLimit {
  readonly limit: TimeLimit;
  /** So many are done: the next one is about to begin. */
  trialBegins(done: number): void;
  /** The run is over. */
  release(): void;
}

/** The share of one run; `fewest`: of so many trials none may take far more than its part of what is left. */
export function limitOf(slice: TimeSlice, fewest: number): SliceLimit {
  const cut = new AbortController();
  const { shareMs, mostMs } = slice;
  const atEnd = setTimeout(() => cut.abort(), mostMs + GRACE_MS);
  let inTrial: NodeJS.Timeout | undefined;
  return {
    limit: {
      // Also when one more trial would not fit in.
      isUp: () => slice.usedMs() + slice.trialMs() > shareMs,
      leftMs: () => mostMs - slice.usedMs(),
      cut: cut.signal,
    },
    trialBegins: (done) => {
      clearTimeout(inTrial);
      if (done >= fewest) return;
      const partMs = (mostMs - slice.usedMs()) / (fewest - done);
      inTrial = setTimeout(() => cut.abort(), Math.max(SHORTEST_HOPE_MS, HOPELESS * partMs));
    },
    release: () => {
      clearTimeout(atEnd);
      clearTimeout(inTrial);
    },
  };
}
