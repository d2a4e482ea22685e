import { expect, it } from 'vitest';
import type { Expectation } from '../core/target.js';
import type { Judgement } from '../core/verdict.js';
import { standingOf } from './expectation.js';

type Seen = Pick<Judgement, 'verdict' | 'gaveUp'>;
const CLAIMS: readonly Expectation[] = ['holds', 'gives-up', 'violated'];
const NEEDED = 59;
const gaveUp = { failed: 1, refused: 0, operations: 4 };

function after(counted: number, seen: Seen) {
  const trials = { planned: counted, run: counted, counted, violated: 0, undecided: 0 };
  return (claim: Expectation) => standingOf(claim, { ...seen, trials }, NEEDED);
}

const RUNS: readonly (readonly [what: string, seen: Seen, met: Expectation[], unseenInFew: Expectation[]])[] =
  [
    ['holds', { verdict: 'holds' }, ['holds'], ['gives-up', 'violated']],
    ['holds, but gave up', { verdict: 'holds', gaveUp }, ['gives-up'], ['violated']],
    ['violated', { verdict: 'violated' }, ['violated'], []],
    ['violated, and gave up', { verdict: 'violated', gaveUp }, ['violated'], []],
    ['inconclusive', { verdict: 'inconclusive' }, [], []],
  ];

it.each(RUNS)('a run that %s meets only that claim', (_, seen, met) => {
  for (const counted of [5, NEEDED]) {
    expect(CLAIMS.filter((claim) => after(counted, seen)(claim).met)).toEqual(met);
  }
});

it.each(RUNS)(
  'a run of few trials that %s leaves open what more of them could still show',
  (_, seen, __, open) => {
    const standing = after(NEEDED - 1, seen);
    expect(CLAIMS.filter((claim) => standing(claim).unseen !== undefined)).toEqual(open);
    for (const claim of open) expect(standing(claim).unseen).toEqual({ trials: NEEDED - 1, needed: NEEDED });
  },
);

it.each(RUNS)('a run of enough trials that %s leaves no claim open', (_, seen) => {
  expect(CLAIMS.filter((claim) => after(NEEDED, seen)(claim).unseen !== undefined)).toEqual([]);
});

it('trials that are no evidence do not count against a claim', () => {
  const trials = { planned: 59, run: 59, counted: 5, violated: 0, undecided: 0 };
  expect(standingOf('gives-up', { verdict: 'holds', trials }, NEEDED).unseen).toEqual({
    trials: 5,
    needed: 59,
  });
});
