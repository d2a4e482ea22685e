import { count, witnessOf } from '../words.js';
import { groupBy, type Created, type Numbering, type NumberingChecker } from './numbering.js';
import { findSameRead } from './same-read.js';

/**
 * No number belongs to two customers: not among those that are stored, and not among the answers `created`. Linear; one
 * finding, which names the number that most have.
 *
 * Certain: a `created` promises a number of one's own, so two of them are wrong whatever is stored. Answers `found` do not
 * count: everybody who returns is told the same number, and rightly. Misses nothing of what it defines; a number that was
 * taken from one customer and given to another shows as a customer that is missing.
 */
export const uniqueNumbers: NumberingChecker = {
  name: 'unique-numbers',
  anomalies: ['duplicate-number'],
  check(numbering) {
    const answers = groupBy(numbering.created, ({ number }) => number);
    const shared = [...new Set([...numbering.storedByNumber.keys(), ...answers.keys()])]
      .map((number) => ({
        number,
        answered: answers.get(number) ?? [],
        holders: holders(numbering, number, answers),
      }))
      .filter((one) => one.holders > 1)
      .sort((one, other) => other.holders - one.holders || one.number - other.number);
    const [worst] = shared;
    if (!worst) return [];
    const why = shared.flatMap(({ answered }) => findSameRead(answered) ?? [])[0];
    const others = shared.length > 1 ? `, and ${count(shared.length - 1, 'more number')} more than once` : '';
    return [
      {
        anomaly: 'duplicate-number',
        grade: 'violation',
        message: `${numbering.label(worst.number)} was given to ${worst.holders} customers${others}.${why ? ` ${why.message}` : ''}`,
        expected: 'each number belongs to one customer',
        observed: `${count(shared.length, 'number')} of ${count(total(shared), 'customer')} together`,
        witness: why?.witness ?? witnessOf(worst.answered),
      },
    ];
  },
};

function holders(
  { storedByNumber }: Numbering,
  number: number,
  answers: ReadonlyMap<number, readonly Created[]>,
): number {
  return Math.max(storedByNumber.get(number)?.length ?? 0, answers.get(number)?.length ?? 0);
}

function total(shared: readonly { readonly holders: number }[]): number {
  return shared.reduce((sum, one) => sum + one.holders, 0);
}
