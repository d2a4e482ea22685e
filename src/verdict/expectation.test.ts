import { expect, it } from 'vitest';
import type { Expectation } from '../core/target.js';
import type { Judgement } from '../core/verdict.js';
import { meets } from './expectation.js';

type Seen = Pick<Judgement, 'verdict' | 'gaveUp'>;
const gaveUp = { failed: 1, refused: 0, operations: 4 };

it.each<[string, Seen, Expectation[]]>([
  ['holds', { verdict: 'holds' }, ['holds']],
  ['holds, but gave up', { verdict: 'holds', gaveUp }, ['gives-up']],
  ['violated', { verdict: 'violated' }, ['violated']],
  ['violated, and gave up', { verdict: 'violated', gaveUp }, ['violated']],
  ['inconclusive', { verdict: 'inconclusive' }, []],
])('a run that %s meets only that claim', (_, seen, met) => {
  const claims: Expectation[] = ['holds', 'gives-up', 'violated'];
  expect(claims.filter((claim) => meets(claim, seen))).toEqual(met);
});
