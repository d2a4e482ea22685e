import type { History } from '../../src/core/history.js';
import type { Customers } from './contract.js';
import { sequenceOf } from './number.js';

/** The numbers of one trial that a table can show; a scenario picks those that mean something in it. */
type Count = 'created' | 'found' | 'rejected' | 'repeats' | 'gaps';

/**
 * `repeats` are answers with a number that another answer has too. That is what a program sees that counts answers and
 * not customers: it calls every returning customer a duplicate.
 */
const COUNTS: Readonly<Record<Count, (history: History<Customers>) => number>> = {
  created: (history) => answered(history, 'created'),
  found: (history) => answered(history, 'found'),
  rejected: (history) => answered(history, 'rejected'),
  repeats: (history) => {
    const told = answersOf(history).flatMap((answer) =>
      answer.result === 'rejected' ? [] : [answer.number],
    );
    return told.length - new Set(told).size;
  },
  gaps: ({ initial, final }) => {
    const given = new Set(final.customers.map(({ number }) => sequenceOf(number)));
    const above = [...given].filter((number) => number > initial.counter);
    const top = above.reduce(
      (highest, number) => Math.max(highest, number),
      final.counter ?? initial.counter,
    );
    return Math.max(0, top - initial.counter - above.length);
  },
};

/** A tally of these counts, in this order. Attempts without an answer are in none but the gaps that they left. */
export function tallyOf<N extends Count>(
  ...names: readonly N[]
): (history: History<Customers>) => Record<N, number> {
  return (history) =>
    Object.fromEntries(names.map((name) => [name, COUNTS[name](history)])) as Record<N, number>;
}

function answersOf({ operations }: History<Customers>) {
  return operations.flatMap((operation) => (operation.status === 'ok' ? [operation.output] : []));
}

function answered(history: History<Customers>, result: 'created' | 'found' | 'rejected'): number {
  return answersOf(history).filter((answer) => answer.result === result).length;
}
