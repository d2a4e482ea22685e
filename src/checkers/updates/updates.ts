import type { AnomalyId } from '../../core/anomaly.js';
import type { Finding } from '../../core/checker.js';

/** What an attempt does to one value: adds to what is there (or takes off), or sets it. */
export interface Change {
  /** For people too, e.g. `order 7`. */
  readonly key: string;
  readonly kind: 'add' | 'set';
  readonly value: number;
  /** What it replaced, as it was answered. */
  readonly previous?: number | undefined;
}

/** An attempt that changes values: all its changes, or none. */
export interface ChangingAttempt {
  readonly client: number;
  readonly result: 'ok' | 'fail' | 'info';
  readonly changes: readonly Change[];
  readonly invokedNs: number;
  /** `Infinity` for `info`. */
  readonly completedNs: number;
  readonly witness: readonly number[];
}

/** An attempt that was answered with several values, as they stood together. */
export interface ReadingAttempt {
  readonly client: number;
  readonly values: ReadonlyMap<string, number>;
  readonly invokedNs: number;
  readonly completedNs: number;
  readonly witness: readonly number[];
}

/** A thing that may be used so many times, with the count of its uses in the final state. */
export interface UsedThing {
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  /** Of each stored use, who it is for: a number that the attempt had. */
  readonly users: readonly number[];
}

/** A note of an attempt about the count of a thing's uses. */
export interface UseAccess {
  readonly kind: 'read' | 'write';
  readonly name: string;
  /** What was read, or written as an absolute value. */
  readonly used: number;
  readonly index: number;
}

/** An attempt that uses a thing. */
export interface UsingAttempt {
  readonly client: number;
  readonly user: number;
  readonly accesses: readonly UseAccess[];
  readonly witness: readonly number[];
}

/** A trial of any contract in which values are updated, as its checkers need to see it. */
export interface UpdateFacts {
  /** What a value is called, e.g. `total`. */
  readonly noun: string;
  readonly initial: ReadonlyMap<string, number>;
  readonly final: ReadonlyMap<string, number>;
  readonly changes: readonly ChangingAttempt[];
  readonly reads: readonly ReadingAttempt[];
  readonly used: readonly UsedThing[];
  readonly uses: readonly UsingAttempt[];
  /** The names of the customers in the final state, as often as they stand there. */
  readonly names: readonly string[];
}

/** One question that is asked of every trial of updates. */
export interface UpdateChecker {
  readonly name: string;
  readonly anomalies: readonly AnomalyId[];
  check(facts: UpdateFacts): readonly Finding[];
}
