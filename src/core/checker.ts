import type { AnomalyId } from './anomaly.js';
import type { ContractTypes } from './contract.js';
import type { History } from './history.js';

/** `violation` breaks safety and decides the verdict; `interesting` is allowed but surprising, and is counted. */
export type Grade = 'violation' | 'interesting';

/** One thing that a history shows to be wrong, or strange. */
export interface Finding {
  readonly anomaly: AnomalyId;
  readonly grade: Grade;
  /** One sentence for people, without the target's name. */
  readonly message: string;
  readonly expected: string;
  readonly observed: string;
  /** Indices of history events that prove it. Empty only where the final state alone proves it. */
  readonly witness: readonly number[];
  /** Attempts that were refused although they were possible. Their sum over the trials stands in the verdict itself. */
  readonly needlessRefusals?: number;
  /** By how much numbers that must add up do not: units of stock, amounts of money. Above 0. */
  readonly discrepancy?: number;
}

/** Judges one history. Pure: no clock, no store, no memory of other trials; must say nothing on a history that is right. */
export interface Checker<C extends ContractTypes> extends Judging {
  check(history: History<C>): readonly Finding[];
}

/** A checker whose judgement is made elsewhere, such as in a thread that can be ended: it answers in its own time. */
export interface SlowChecker<C extends ContractTypes> extends Judging {
  check(history: History<C>): Promise<readonly Finding[]>;
}

interface Judging {
  readonly name: string;
  /** Every anomaly that it can name. */
  readonly anomalies: readonly AnomalyId[];
  /**
   * It looks at the answers and never at the final state, so that what it finds is true also where something may still be at
   * work. Default: false.
   */
  readonly restsOnAnswers?: boolean;
}

/** Thrown by a checker that cannot tell: the trial proves nothing, for the reason that its message gives. */
export class Undecided extends Error {
  override readonly name = 'Undecided';
}
