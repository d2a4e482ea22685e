import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clopperPearson, trialsNeeded, upperBoundOfNone } from './binomial.js';

const seed = Date.now() % 2 ** 31;

/** P(X <= most) for X binomial, term by term. */
function atMost(most: number, trials: number, rate: number): number {
  let term = (1 - rate) ** trials;
  let sum = 0;
  for (let k = 0; k <= most; k += 1) {
    sum += term;
    term *= ((trials - k) / (k + 1)) * (rate / (1 - rate));
  }
  return sum;
}

describe('the exact interval of a rate', () => {
  // As R's binom.test prints them; 682 of 925 is the example of its manual page, from Conover, Practical Nonparametric Statistics.
  it.each([
    [682, 925, 0.95, 0.7076683, 0.7654066],
    [7, 20, 0.95, 0.1539092, 0.5921885],
    [5, 10, 0.95, 0.187086, 0.812914],
    [1, 10, 0.95, 0.00252858, 0.4450161],
    [0, 10, 0.95, 0, 0.3084971],
    [10, 10, 0.95, 0.6915029, 1],
    [10, 100, 0.95, 0.0490047, 0.1762226],
    [15, 20, 0.99, 0.4402391, 0.941666],
  ])('of %i of %i at %d is from %d to %d', (violated, trials, confidence, lower, upper) => {
    const interval = clopperPearson(violated, trials, confidence);
    expect(interval.lower).toBeCloseTo(lower, 6);
    expect(interval.upper).toBeCloseTo(upper, 6);
  });

  it('says nothing without a trial', () => {
    expect(clopperPearson(0, 0, 0.95)).toEqual({ lower: 0, upper: 1 });
  });

  it(`ends where either tail has half of what the confidence leaves (seed ${seed})`, () => {
    const cases = fc
      .integer({ min: 1, max: 50 })
      .chain((trials) => fc.tuple(fc.constant(trials), fc.nat(trials), fc.constantFrom(0.8, 0.95, 0.99)));
    fc.assert(
      fc.property(cases, ([trials, violated, confidence]) => {
        const { lower, upper } = clopperPearson(violated, trials, confidence);
        const tail = (1 - confidence) / 2;
        if (violated > 0) expect(1 - atMost(violated - 1, trials, lower)).toBeCloseTo(tail, 8);
        if (violated < trials) expect(atMost(violated, trials, upper)).toBeCloseTo(tail, 8);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('stays exact for a million trials', () => {
    const { lower, upper } = clopperPearson(100, 1_000_000, 0.95);
    // The exact Poisson interval of 100 is 81.36 to 121.63 (Garwood 1936); at this rate the two agree.
    expect(lower * 1e6).toBeCloseTo(81.36, 1);
    expect(upper * 1e6).toBeCloseTo(121.63, 1);
  });

  it.each([
    [-1, 10, 0.95],
    [11, 10, 0.95],
    [1.5, 10, 0.95],
    [1, 10.5, 0.95],
    [1, 10, 0],
    [1, 10, 1],
    [1, 10, Number.NaN],
  ])('refuses %d of %d at %d', (violated, trials, confidence) => {
    expect(() => clopperPearson(violated, trials, confidence)).toThrow(RangeError);
  });
});

describe('the bound where nothing was violated', () => {
  it.each([
    [59, 0.95, 0.04951],
    [300, 0.95, 0.00994],
    [459, 0.99, 0.00998],
    [1, 0.95, 0.95],
    [0, 0.95, 1],
  ])('in %i trials at %d is %d', (trials, confidence, bound) => {
    expect(upperBoundOfNone(trials, confidence)).toBeCloseTo(bound, 5);
  });
});

describe('the trials that a bound needs', () => {
  it.each([
    [0.95, 0.05, 59],
    [0.99, 0.01, 459],
    [0.95, 0.01, 299],
    [0.95, 0.001, 2995],
    [0.9, 0.1, 22],
    [0.875, 0.5, 3],
    [0.5, 0.9, 1],
  ])('at %d for %d are %i', (confidence, maxRate, trials) => {
    expect(trialsNeeded(confidence, maxRate)).toBe(trials);
  });

  it(`are the fewest that reach it (seed ${seed})`, () => {
    const fraction = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, (confidence, maxRate) => {
        const trials = trialsNeeded(confidence, maxRate);
        expect(upperBoundOfNone(trials, confidence)).toBeLessThanOrEqual(maxRate * (1 + 1e-9));
        if (trials > 1) expect(upperBoundOfNone(trials - 1, confidence)).toBeGreaterThan(maxRate);
      }),
      { seed },
    );
  });

  it.each([
    [0, 0.05],
    [1, 0.05],
    [0.95, 0],
    [0.95, 1],
    [95, 5],
  ])('are refused for %d and %d', (confidence, maxRate) => {
    expect(() => trialsNeeded(confidence, maxRate)).toThrow(RangeError);
  });
});
