import type { Finding } from './checker.js';
import type { ShownAnswer } from './scenario.js';

export type VerdictKind = 'holds' | 'violated' | 'inconclusive';

/**
 * How the clients of a trial start. Trials differ on purpose: a window that opens late is never hit by perfect simultaneity.
 * `offset-sweep`: those with one operation begin later than the others, by an offset of its own in each trial.
 */
export const START_KINDS = ['simultaneous', 'staggered', 'shifted-pairs', 'offset-sweep'] as const;
export type StartKind = (typeof START_KINDS)[number];

/** Who began later in a trial of a sweep, and by how much. */
export interface Offset {
  /** A kind of attempt; where all clients have the same one, `odd clients` or `even clients`. */
  readonly later: string;
  readonly offsetNs: number;
  /** How many offsets, of everyone who may be later, the sweep has by now. */
  readonly planned: number;
}

/** Pairs of operations on the same thing: how many there were, and in how many one reached the store inside the other. */
export interface Overlap {
  readonly interleavedPairs: number;
  readonly possiblePairs: number;
}

/** That one client waited for another at a store. */
export interface WaitPair {
  readonly waiter: number;
  readonly holder: number;
  /** Seen by the server: in how many samples. From notes: how often. */
  readonly samples: number;
  /** `server`: it said so when it was asked during the burst. `notes`: one held the lock while the other waited for it. */
  readonly seenBy: 'server' | 'notes';
}

/** Answers that are equal, but for numbers and ids which differ from one to the next: those are shown as `#`. */
export interface AnswerGroup {
  readonly label: string;
  readonly text: string;
  readonly count: number;
  /** In how many trials it was given. */
  readonly trials: number;
  /** How often in the first trial that was violated; absent where none was. */
  readonly inFirstViolated?: number;
}

/** What one trial came to. Everything but `findings` is for the numbers of the run. */
export interface TrialResult {
  /** From 0. */
  readonly trial: number;
  readonly start: StartKind;
  /** Where the start is a sweep's. */
  readonly offset?: Offset;
  readonly findings: readonly Finding[];
  /** Why this trial proves nothing: a checker crashed, a session could not be ended, a worker died. */
  readonly undecided: readonly string[];
  readonly overlap: Overlap;
  readonly operations: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly tally: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  /** Codes of `fail` and `info`, with how often. */
  readonly errors: Readonly<Record<string, number>>;
  /** What the first error of each code said, as the target gave it: it may hold secrets. */
  readonly errorMessages: Readonly<Record<string, string>>;
  /** From the barrier to the last answer. */
  readonly burstNs: number;
  /** Of every operation that ended in `ok`, in nanoseconds. */
  readonly latenciesNs: readonly number[];
  /** Sessions that held a transaction when every operation had ended. */
  readonly idleInTransaction: number;
  /** Of every wait for a lock that notes tell of, granted or not, in nanoseconds. */
  readonly lockWaitsNs: readonly number[];
  /**
   * Of every statement that servers were seen to let wait for a lock, for how long at least. Absent where no server was asked
   * in this trial, or none can tell.
   */
  readonly serverLockWaitsNs?: readonly number[];
  readonly waitedFor: readonly WaitPair[];
  /**
   * How far apart the first requests of the clients were, beyond what was planned: what became of the barrier. Absent
   * where fewer than two clients reached a store.
   */
  readonly firstRequestSpreadNs?: number;
  /** How far apart the requests arrived, by the server's own word. Absent where fewer than two answers told. */
  readonly arrivalSpreadNs?: number;
  /** From one answer to the next, on average. Absent unless every client made one attempt and all were answered. */
  readonly answersApartNs?: number;
  /** What each operation was answered. Absent where a scenario does not have them grouped. */
  readonly answers?: readonly ShownAnswer[];
}

/** How many trials were wanted, and what for. */
export interface TrialPlan {
  /** Trials that count as evidence: those in which operations overlapped. */
  readonly trials: number;
  /** Between 0 and 1, e.g. 0.95. */
  readonly confidence: number;
  /** A gate stops at the first violation; a comparison runs every planned trial, so that rates and costs compare. */
  readonly stopAtFirstViolation: boolean;
  /** So many of them suffice where the time is up before the rest could run, and fewer never do. Default: all are needed. */
  readonly fewest?: number;
}

/** A rate of violated trials: the interval that holds the true rate with the plan's confidence. */
export interface RateInterval {
  readonly lower: number;
  readonly upper: number;
}

/** A median, and the interval that holds the true one with the plan's confidence. */
export interface MedianInterval {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** Lowest, middle and highest over the trials. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** An offset as it is told. */
export interface SweptOffset {
  readonly later: string;
  readonly ms: number;
}

/** The first finding of one anomaly, with how often the anomaly was seen. */
export interface SeenFinding extends Omit<Finding, 'needlessRefusals'> {
  /** From 1. */
  readonly trial: number;
  readonly start: StartKind;
  readonly offset?: SweptOffset;
  /** In how many trials the anomaly was found. */
  readonly trials: number;
}

export interface LockWaits {
  readonly count: number;
  readonly meanMs: number;
  readonly longestMs: number;
}

/** What an operator would watch, over all trials. Attempts are operations, each with all of its retries. */
export interface Monitoring {
  readonly attempts: number;
  /** Attempts that were answered, refusals among them: the tally tells those apart. */
  readonly successes: number;
  /** Transactions that were rolled back, over attempts: above 1 where attempts were retried. */
  readonly rollbacksPerAttempt: number;
  readonly retries: number;
  readonly conflicts: number;
  readonly deadlocks: number;
  readonly lockTimeouts: number;
  /** Sessions that held a transaction when every operation of their trial had ended. */
  readonly idleInTransaction: number;
  /** From the notes of locks; absent where there were none. */
  readonly lockWaits?: LockWaits;
  /**
   * The same as servers saw it, of statements: at least so many, each for at least so long, in these trials. Absent where no
   * server was asked.
   */
  readonly serverLockWaits?: LockWaits & { readonly trials: number };
  /** By how much numbers that must add up did not, in the trials in which they did not. Absent where they always did. */
  readonly discrepancy?: { readonly trials: number; readonly largest: number };
  /** What servers saw, then what notes tell; of each the most frequent first, at most 20. */
  readonly waitedFor: readonly WaitPair[];
}

/** What all trials of one target come to, before its control has been asked. */
export interface Judgement {
  readonly verdict: VerdictKind;
  /** For people; never empty where the verdict is inconclusive. */
  readonly reasons: readonly string[];
  readonly trials: {
    readonly planned: number;
    readonly run: number;
    /** Trials with an interleaved pair, an operation that ended in `ok`, and nothing undecided: the evidence. */
    readonly counted: number;
    readonly violated: number;
    readonly undecided: number;
    /** From 1. */
    readonly firstViolated?: number;
  };
  /** Of violated among counted trials, one-sided upper bound where none was violated. Absent after an early stop. */
  readonly rate?: RateInterval;
  /**
   * The same by kind of start, and of a sweep by offset; the least tried one bounds what a kind of its own could hide. Empty
   * after an early stop.
   */
  readonly strata: readonly {
    readonly start: StartKind;
    readonly offset?: SweptOffset;
    readonly counted: number;
    readonly violated: number;
    readonly upper: number;
  }[];
  /** Safe but not alive: attempts that failed for certain, and refusals although it was possible. Absent when there were none. */
  readonly gaveUp?: { readonly failed: number; readonly refused: number; readonly operations: number };
  readonly tally: Readonly<Record<string, Spread>>;
  readonly operations: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** What the first error of each code said. */
  readonly errorMessages: Readonly<Record<string, string>>;
  /** Absent when no operation ended in `ok`, and after an early stop. */
  readonly latencyMs?: {
    readonly min?: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
    /** Of the medians of the trials, which stand for themselves, as the operations of one trial do not. Absent below six trials or so. */
    readonly ofTrials?: MedianInterval;
  };
  /** Operations that ended in `ok` over the time of the bursts. Absent when there were none, and after an early stop. */
  readonly opsPerSecond?: number;
  /** How far apart the first requests of a simultaneous start were, over such trials. Absent where there was none. */
  readonly firstRequestSpreadMs?: { readonly median: number; readonly max: number };
  /** The same of the arrivals that the server told of. */
  readonly arrivalSpreadMs?: { readonly median: number; readonly max: number };
  /** From one answer to the next, on average over a trial with a simultaneous start. Absent where clients made several attempts. */
  readonly answersApartMs?: { readonly median: number; readonly max: number };
  /** Of a sweep: how many offsets it has, and how many of them were tried in a trial that counts. Absent without a sweep. */
  readonly sweep?: { readonly planned: number; readonly tried: number };
  readonly overlap: Overlap;
  readonly monitoring: Monitoring;
  /** The most frequent first, within a label; labels in order. Absent where a scenario does not have them grouped. */
  readonly answers?: readonly AnswerGroup[];
  /** Violations first, then interesting ones; one an anomaly. */
  readonly findings: readonly SeenFinding[];
}
