import { count } from '../words.js';
import type { UpdateChecker } from './updates.js';

/**
 * No name stands twice in the final state. Linear. Certain, and blind to what was there for a while: two of one name that
 * somebody made one of again.
 */
export const oneAName: UpdateChecker = {
  name: 'one-a-name',
  anomalies: ['duplicate-name'],
  check({ names }) {
    const copies = new Map<string, number>();
    for (const name of names) copies.set(name, (copies.get(name) ?? 0) + 1);
    const repeated = [...copies].filter(([, times]) => times > 1);
    const [first] = repeated;
    if (!first) return [];
    const [name, times] = first;
    const more = repeated.length > 1 ? ` So it is for ${count(repeated.length - 1, 'more name')}.` : '';
    return [
      {
        anomaly: 'duplicate-name',
        grade: 'violation',
        message: `${times} customers are called ${name}.${more}`,
        expected: 'one customer a name',
        observed: `${name}: ${times}`,
        witness: [],
      },
    ];
  },
};
