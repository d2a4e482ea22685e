import { describe, expect, it } from 'vitest';
import { seededRandom } from '../core/random.js';
import { medianInterval } from './median-interval.js';
import { Sample } from './percentiles.js';

function interval(values: readonly number[], confidence = 0.95) {
  const sample = new Sample();
  for (const value of values) sample.add(value);
  return medianInterval(sample, confidence);
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the interval of a median', () => {
  it('is nothing below six values, and the whole range of six', () => {
    expect(interval([])).toBeUndefined();
    expect(interval(upTo(5))).toBeUndefined();
    expect(interval(upTo(6))).toEqual({ lower: 1, median: 3, upper: 6 });
  });

  it('has the ranks of the sign test', () => {
    // P(at most 5 of 20 heads) = 0.0207, of 6 it is 0.0577; P(at most 21 of 59) = 0.0182, of 22 it is 0.0337.
    expect(interval(upTo(20))).toEqual({ lower: 6, median: 10, upper: 15 });
    expect(interval(upTo(59))).toEqual({ lower: 22, median: 30, upper: 38 });
  });

  it('stays exact where one half to the power of n is no number any more', () => {
    const { lower, upper } = interval(upTo(100_000))!;
    // 50,000 -+ 1.96 * sqrt(100,000) / 2
    expect(lower).toBeCloseTo(49_690, -1);
    expect(upper).toBeCloseTo(50_311, -1);
  });

  it('holds the true median as often as it promises, of a skewed distribution too', () => {
    const seed = 'median-interval';
    const random = seededRandom(seed);
    let held = 0;
    for (let run = 0; run < 2_000; run += 1) {
      const { lower, upper } = interval(Array.from({ length: 30 }, () => -Math.log(1 - random())))!;
      if (lower <= Math.LN2 && Math.LN2 <= upper) held += 1;
    }
    expect(held / 2_000, `seed ${seed}`).toBeGreaterThan(0.94);
  });
});
