import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeBudget } from './time-budget.js';

const seed = Date.now() % 2 ** 31;

function clock() {
  let nowMs = 1_000;
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}

describe('a budget of time', () => {
  it('is divided equally where everybody uses their share', () => {
    const { now, pass } = clock();
    const budget = timeBudget(400, 4, now);
    for (let part = 0; part < 4; part += 1) {
      const slice = budget.next();
      expect(slice.shareMs).toBe(100);
      pass(99);
      expect(slice.usedMs()).toBe(99);
      pass(1);
      slice.end();
    }
  });

  it('gives what one did not use to all who come after', () => {
    const { now, pass } = clock();
    const budget = timeBudget(400, 4, now);
    budget.next();
    pass(10);
    expect(budget.next().shareMs).toBe(130);
    pass(130);
    expect(budget.next().shareMs).toBe(130);
  });

  it('takes from those who come after what one used too much, down to nothing', () => {
    const { now, pass } = clock();
    const budget = timeBudget(400, 4, now);
    const first = budget.next();
    pass(250);
    first.end();
    expect(first.usedMs()).toBe(250);
    expect(budget.next()).toMatchObject({ shareMs: 50, leftMs: 150 });
    pass(1_000);
    const third = budget.next();
    expect(third).toMatchObject({ shareMs: 0, leftMs: 0 });
  });

  it('counts what a slice used until its end, whatever the clock does later', () => {
    const { now, pass } = clock();
    const slice = timeBudget(400, 1, now).next();
    pass(30);
    slice.end();
    pass(500);
    slice.end();
    expect(slice.usedMs()).toBe(30);
  });

  it('has a share for more than were announced: what is left', () => {
    const { now, pass } = clock();
    const budget = timeBudget(100, 1, now);
    budget.next();
    pass(40);
    expect(budget.next().shareMs).toBe(60);
  });

  it(`is never exceeded by those who stop when their share is up (seed ${seed})`, () => {
    const use = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(use, (shares) => {
        const { now, pass } = clock();
        const budget = timeBudget(10_000, shares.length, now);
        const used = shares.map((share) => {
          const slice = budget.next();
          pass(slice.shareMs * share);
          slice.end();
          return slice.usedMs();
        });
        expect(used.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(10_000 + 1e-6);
      }),
      { seed },
    );
  });
});
