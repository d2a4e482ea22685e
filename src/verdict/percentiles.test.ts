import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sample } from './percentiles.js';

const seed = Date.now() % 2 ** 31;

function sample(values: readonly number[]): Sample {
  const all = new Sample();
  for (const value of values) all.add(value);
  return all;
}

describe('nearest-rank percentiles', () => {
  it.each([
    [5, 15],
    [30, 20],
    [40, 20],
    [50, 35],
    [100, 50],
  ])('of 15, 20, 35, 40, 50 at %i is %i', (percent, value) => {
    expect(sample([50, 15, 40, 20, 35]).percentile(percent)).toBe(value);
  });

  it('of nothing are nothing', () => {
    const none = sample([]);
    expect([none.percentile(50), none.min, none.max, none.size]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ]);
  });

  it('take values that come after a question', () => {
    const all = sample([3, 1]);
    expect(all.percentile(50)).toBe(1);
    all.add(0);
    expect([all.min, all.percentile(50), all.max]).toEqual([0, 1, 3]);
  });

  it(`are the least value that enough values do not exceed (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const found = sample(values).percentile(percent)!;
          const notAbove = (limit: number) => values.filter((value) => value <= limit).length * 100;
          expect(values).toContain(found);
          expect(notAbove(found)).toBeGreaterThanOrEqual(percent * values.length);
          const below = values.filter((value) => value < found);
          if (below.length > 0) expect(notAbove(Math.max(...below))).toBeLessThan(percent * values.length);
        },
      ),
      { seed },
    );
  });

  it.each([0, -1, 100.1, Number.NaN])('are refused at %d', (percent) => {
    expect(() => sample([1]).percentile(percent)).toThrow(RangeError);
  });
});
