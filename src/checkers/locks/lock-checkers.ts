import type { Checker, Finding } from '../../core/checker.js';
import type { ContractTypes } from '../../core/contract.js';
import type { History } from '../../core/history.js';
import { lockNotes, type LockNotes } from './holds.js';
import { leftBehind, type LeftLock } from './left-behind.js';
import { outlivedLeases, twoHolders } from './two-holders.js';
import { waitedTooLong, type WaitLimit } from './wait-limit.js';

/** What only the contract knows of its locks. The rest is in the notes, which are alike in every contract: see `lockNotes`. */
export interface LockFacts<C extends ContractTypes> {
  /** The locks in the final state. */
  readonly left: (history: History<C>) => readonly LeftLock[];
  /** Absent: nothing is said about waiting. */
  readonly waitLimit?: (history: History<C>) => WaitLimit;
}

/** The checkers of any contract whose targets may take locks. A target without notes is only asked for locks left behind. */
export function lockCheckers<C extends ContractTypes>({
  left,
  waitLimit,
}: LockFacts<C>): [Checker<C>, ...Checker<C>[]] {
  const known = new WeakMap<History<C>, LockNotes>();
  const notesOf = (history: History<C>): LockNotes => {
    const notes = known.get(history) ?? lockNotes(history);
    known.set(history, notes);
    return notes;
  };
  const checker = (name: string, check: (history: History<C>) => Finding[]): Checker<C> => ({
    name,
    anomalies: [name],
    check,
  });
  const all: [Checker<C>, ...Checker<C>[]] = [
    checker('two-holders', (history) => twoHolders(notesOf(history))),
    checker('lock-left-behind', (history) => leftBehind(history, left(history))),
    checker('lease-outlived', (history) => outlivedLeases(notesOf(history))),
  ];
  if (waitLimit === undefined) return all;
  const waits = (history: History<C>) => waitedTooLong(notesOf(history), waitLimit(history));
  return [...all, checker('waited-beyond-limit', waits)];
}
