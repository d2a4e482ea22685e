import type { AnomalyId } from '../../core/anomaly.js';
import type { Finding } from '../../core/checker.js';

/** Somebody with a number of his own, known by his phone. */
export interface StoredCustomer {
  readonly number: number;
  readonly name: string;
  readonly phone: string;
}

/** A note of an attempt about the last number given: what it saw, or what it wrote. */
export interface NumberAccess {
  readonly kind: 'read' | 'write';
  readonly number: number;
  readonly index: number;
}

/** One attempt to create a customer, or to find the one that has this phone. */
export interface CreationFacts {
  readonly client: number;
  readonly name: string;
  readonly phone: string;
  /** The store must not take it, whenever it comes. */
  readonly invalid: boolean;
  readonly result: 'created' | 'found' | 'rejected' | 'fail' | 'info';
  /** The answer's number. Present if, and only if, created or found. */
  readonly number?: number | undefined;
  readonly invokedNs: number;
  /** `Infinity` for `info`. */
  readonly completedNs: number;
  readonly accesses: readonly NumberAccess[];
  /** Its events: the invocation, and the completion where there is one. */
  readonly witness: readonly number[];
}

/** A trial of any contract in which customers get consecutive numbers, as its checkers need to see it. */
export interface NumberingFacts {
  /** The last number given before the trial; 0 if none was. */
  readonly startAt: number;
  readonly initial: readonly StoredCustomer[];
  readonly attempts: readonly CreationFacts[];
  /** The final state. */
  readonly stored: readonly StoredCustomer[];
  /** The last number given, as the final state says; absent where nothing counts. */
  readonly counter?: number | undefined;
  /** A number as people read it, e.g. `CUST0017`. */
  readonly label: (number: number) => string;
}

/** An attempt that was answered `created`. */
export type Created = CreationFacts & { readonly number: number };

/** The facts, indexed once for all checkers. */
export interface Numbering extends NumberingFacts {
  readonly created: readonly Created[];
  readonly storedByNumber: ReadonlyMap<number, readonly StoredCustomer[]>;
  readonly storedByPhone: ReadonlyMap<string, readonly StoredCustomer[]>;
  readonly attemptsByPhone: ReadonlyMap<string, readonly CreationFacts[]>;
  /** The highest number that is stored or was given before; 0 if none. */
  readonly highest: number;
}

/** One question that is asked of every numbering. The counterpart of a Checker, which asks it of a contract's history. */
export interface NumberingChecker {
  readonly name: string;
  readonly anomalies: readonly AnomalyId[];
  readonly check: (numbering: Numbering) => readonly Finding[];
}

/** Indexes. Linear. Throws where a number is no whole number: nobody could say what comes before it. */
export function toNumbering(facts: NumberingFacts): Numbering {
  const created = facts.attempts.filter(wasCreated);
  const numbers = [...facts.stored, ...facts.initial, ...created].map(({ number }) => number);
  const strange = numbers.find((number) => !Number.isSafeInteger(number));
  if (strange !== undefined) throw new Error(`${strange} is not the number of a customer.`);
  return {
    ...facts,
    created,
    storedByNumber: groupBy(facts.stored, ({ number }) => number),
    storedByPhone: groupBy(facts.stored, ({ phone }) => phone),
    attemptsByPhone: groupBy(facts.attempts, ({ phone }) => phone),
    highest: facts.stored.reduce((top, { number }) => Math.max(top, number), facts.startAt),
  };
}

function wasCreated(attempt: CreationFacts): attempt is Created {
  return attempt.result === 'created';
}

export function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
