import { count, witnessOf } from '../words.js';
import type { NumberingChecker } from './numbering.js';

/**
 * Nobody is rejected whose data a store can take. Graded as interesting: nothing is wrong in the store, somebody is only
 * without a number. Linear. Misses attempts that failed: those are counted as failures.
 */
export const neededRejections: NumberingChecker = {
  name: 'needed-rejections',
  anomalies: ['rejected-though-valid'],
  check({ attempts }) {
    const needless = attempts.filter(({ result, invalid }) => result === 'rejected' && !invalid);
    const [first] = needless;
    if (!first) return [];
    return [
      {
        anomaly: 'rejected-though-valid',
        grade: 'interesting',
        message: `${count(needless.length, 'customer')} ${needless.length === 1 ? 'was' : 'were'} rejected without a reason, among them the one of client ${first.client}.`,
        expected: 'only customers without a name are rejected',
        observed: count(needless.length, 'needless rejection'),
        witness: witnessOf(needless),
        needlessRefusals: needless.length,
      },
    ];
  },
};
