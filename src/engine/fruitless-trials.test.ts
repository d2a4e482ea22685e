import { describe, expect, it } from 'vitest';
import type { Burst } from './burst.js';
import { FruitlessTrials } from './fruitless-trials.js';

const tried = (broken: boolean) => ({ burst: { broken } as Burst });
const FRUITFUL = { isAnswered: true, isFit: true };

describe('trials that teach nothing', () => {
  it.each([
    ['nobody could say of any operation', false, { isAnswered: false, isFit: true }],
    ["the target's process was lost", true, { isAnswered: true, isFit: false }],
    ['operations were left that may still be at work', false, { isAnswered: true, isFit: false }],
  ])('are enough when there were three in a row, and say why: %s', (reason, broken, taught) => {
    const trials = new FruitlessTrials();
    const said = [1, 2, 3].map(() => trials.add(tried(broken), taught));
    expect(said).toEqual([undefined, undefined, expect.stringMatching(`^in 3 trials in a row ${reason}`)]);
  });

  it('are counted anew after one that taught something', () => {
    const trials = new FruitlessTrials();
    const all = [false, false, true, false, false].map((isAnswered) => ({ ...FRUITFUL, isAnswered }));
    expect(all.map((taught) => trials.add(tried(false), taught))).toEqual(Array(5).fill(undefined));
  });
});
