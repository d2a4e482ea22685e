import { count } from '../words.js';
import type { NumberingChecker } from './numbering.js';
import { listed } from './listed.js';

/** Named in the sentence; the rest is counted. */
const NAMED = 5;

/**
 * Every number above the first, up to the highest that is stored or counted, belongs to a customer. Graded as interesting:
 * a number that was drawn for nobody breaks no promise but the one of having no gaps, which invoices need and customers
 * seldom do. n log n, whatever the counter says.
 *
 * Proved by the final state alone. It does not say why: an attempt that failed, one that was rejected after its number was
 * drawn, a conflict, or a number that was given to somebody else (then others have it twice). Misses numbers that were
 * drawn above the highest where the target has no counter to tell of them, and gaps among those who were there before.
 */
export const gapless: NumberingChecker = {
  name: 'gapless',
  anomalies: ['number-gap'],
  check({ startAt, storedByNumber, counter, highest, label }) {
    const top = Math.max(highest, counter ?? 0);
    const held = [...storedByNumber.keys()].filter((number) => number > startAt).sort((a, b) => a - b);
    const missing = top - startAt - held.length;
    if (missing <= 0) return [];
    const first: string[] = [];
    let next = startAt + 1;
    for (const number of [...held, top + 1]) {
      for (; next < number && first.length < NAMED; next += 1) first.push(label(next));
      next = number + 1;
    }
    return [
      {
        anomaly: 'number-gap',
        grade: 'interesting',
        message: `${count(missing, 'number')} up to ${label(top)} ${missing === 1 ? 'belongs' : 'belong'} to nobody: ${listed(first, missing)}.`,
        expected: `every number from ${label(startAt + 1)} to ${label(top)} belongs to a customer`,
        observed: `${count(held.length, 'number')} of ${top - startAt}`,
        witness: [],
      },
    ];
  },
};
