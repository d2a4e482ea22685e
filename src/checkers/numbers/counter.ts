import type { NumberingChecker } from './numbering.js';

/**
 * The counter has not fallen behind: no stored customer has a number above it, or the next one would get that number again.
 * Linear.
 *
 * Proved by the final state alone, so it names no witness. A counter ahead of the customers is a gap, and interesting. Says
 * nothing where the target has no counter.
 */
export const counterAgrees: NumberingChecker = {
  name: 'counter-agrees',
  anomalies: ['counter-behind'],
  check({ counter, highest, label }) {
    if (counter === undefined || counter >= highest) return [];
    return [
      {
        anomaly: 'counter-behind',
        grade: 'violation',
        message: `The counter is ${counter}, but ${label(highest)} has been given: the next customers get numbers again.`,
        expected: `a counter of ${highest} or more`,
        observed: `${counter}`,
        witness: [],
      },
    ];
  },
};
