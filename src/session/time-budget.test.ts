import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell-forecast.js';
import { timeBudget, type TimeSlice } from './time-budget.js';

const seed = Date.now() % 2 ** 31;
const TRIALS = { fewest: 5, most: 59 };
/** What is guessed of one client with one attempt, where nothing was measured. */
const SET_UP_MS = 42;
/** The rest of a trial counts as ten attempts. */
const WORK_MS = 0.2 * 11;
const GUESS_MS = SET_UP_MS + TRIALS.fewest * WORK_MS;

function clock() {
  let nowMs = 1_000;
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}

function cells(...heldMs: readonly number[]): Cell[] {
  return heldMs.map((held, place) => ({
    ...{ contract: 'sale', scenario: `scenario ${place}`, store: 'memory', target: `memory/${place}` },
    ...{ isControl: false, clients: 1, attempts: 1, heldMs: held },
  }));
}

/** Uses so much of a slice, in so many trials that take as long as was expected, or nothing beside the set-up. */
function use(slice: TimeSlice, ms: number, pass: (ms: number) => void, trials = 5): void {
  pass(Math.min(ms, SET_UP_MS));
  slice.ready();
  for (let trial = 0; trial < trials; trial += 1) {
    pass(Math.max(0, ms - SET_UP_MS) / trials);
    slice.trialDone();
  }
  slice.end();
}

describe('a budget of time', () => {
  it('is divided equally where everybody needs less than their part, but for what is kept back in case of need', () => {
    const { now, pass } = clock();
    const parts = cells(100, 100, 100, 100);
    const budget = timeBudget(8_000, parts, TRIALS, now);
    const shares = parts.map((part) => {
      const slice = budget.next(part);
      use(slice, slice.shareMs, pass, 14);
      expect(slice.usedMs()).toBeCloseTo(slice.shareMs);
      return slice.shareMs;
    });
    expect(Math.min(...shares)).toBeGreaterThan(1_300);
    expect(Math.max(...shares)).toBeLessThan(3_000);
    expect(shares.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(8_000);
  });

  it('gives those more whose trials take longer than an equal part', () => {
    const budget = timeBudget(12_000, cells(2_000, 100, 100), TRIALS, clock().now);
    // Five trials, and as much of an attempt's work and of the set-up as is guessed at first.
    expect(budget.next(cells(2_000)[0]!).shareMs).toBeCloseTo(10_000 + GUESS_MS);
  });

  it('gives nobody more than all of their trials take, as long as others want it', () => {
    const { now } = clock();
    const parts = cells(0, 1_000);
    const budget = timeBudget(30_000, parts, TRIALS, now);
    expect(budget.next(parts[0]!).shareMs).toBeCloseTo(SET_UP_MS + 59 * WORK_MS);
  });

  it('is shared by those who need least where it is too short for all of them', () => {
    const { now, pass } = clock();
    const parts = cells(2_000, 100, 100, 3_000);
    const budget = timeBudget(2_000, parts, TRIALS, now);
    const shares = parts.map((part) => {
      const slice = budget.next(part);
      use(slice, slice.shareMs, pass);
      return slice.shareMs;
    });
    expect(shares[0]).toBe(0);
    expect(shares[1]).toBeGreaterThanOrEqual(500 + GUESS_MS);
    expect(shares[2]).toBeGreaterThanOrEqual(500 + GUESS_MS);
    expect(shares[3]).toBe(0);
  });

  it('goes to a control rather than to one that is worth nothing without it', () => {
    const [control, cheap, other] = cells(1_000, 800, 800).map((part) => ({
      ...part,
      scenario: part.target === 'memory/2' ? 'elsewhere' : 'here',
      isControl: part.heldMs === 1_000,
    }));
    const shareOf = (one: Cell) =>
      timeBudget(6_000, [control!, cheap!, other!], TRIALS, clock().now).next(one).shareMs;
    expect(shareOf(control!)).toBeGreaterThan(5_000);
    expect(shareOf(cheap!)).toBe(0);
    expect(shareOf(other!)).toBe(0);
  });

  it('is not spent on those of whom one was cut off in its first trial', () => {
    const { now, pass } = clock();
    const parts = cells(0, 0).map((part) => ({ ...part, scenario: 'slow' }));
    const budget = timeBudget(10_000, parts, TRIALS, now);
    const first = budget.next(parts[0]!);
    first.ready();
    pass(first.mostMs);
    first.end({ run: 0, counted: 0 });
    expect(budget.next(parts[1]!).shareMs).toBe(0);
  });

  it('learns what the trials of a store take', () => {
    const { now, pass } = clock();
    const parts = cells(0, 0, 0);
    const budget = timeBudget(9_000, parts, TRIALS, now);
    const first = budget.next(parts[0]!);
    pass(500);
    first.ready();
    for (let trial = 0; trial < 5; trial += 1) {
      pass(400);
      first.trialDone();
    }
    expect(first.trialMs()).toBe(400);
    // Two of five were no evidence: it takes more of them.
    first.end({ run: 5, counted: 3 });
    const second = budget.next(parts[1]!);
    expect(second.shareMs).toBeGreaterThan((5 * 400 * 5) / 3);
  });

  it('lends who needs more than was expected what the others can spare', () => {
    const { now } = clock();
    const parts = cells(0, 0, 0);
    const slice = timeBudget(100_000, parts, TRIALS, now).next(parts[0]!);
    expect(slice.mostMs).toBeGreaterThan(slice.shareMs);
    expect(slice.mostMs).toBeLessThanOrEqual(100_000);
  });

  it('keeps in mind who had too little, and who needs least for what it decides is first of them', () => {
    const { now, pass } = clock();
    const parts = cells(100, 300, 200).map((part) => ({ ...part, scenario: 'slow' }));
    const budget = timeBudget(20_000, parts, TRIALS, now);
    for (const part of parts) {
      const slice = budget.next(part);
      slice.ready();
      pass(part.heldMs);
      slice.trialDone();
      slice.end({ run: 1, counted: 1, tooFew: part !== parts[0] });
    }
    expect(budget.waiting()).toEqual([parts[2], parts[1]]);
    budget.next(parts[2]!).end({ run: 5, counted: 5, tooFew: false });
    expect(budget.waiting()).toEqual([parts[1]]);
    // No time for five trials of 300 ms any more.
    pass(19_000);
    expect(budget.waiting()).toEqual([]);
  });

  it('keeps what they need for those who had too little', () => {
    const shareOfLast = (tooFew: boolean) => {
      const { now, pass } = clock();
      const parts = cells(1_000, 0);
      const budget = timeBudget(12_000, parts, TRIALS, now);
      const first = budget.next(parts[0]!);
      first.ready();
      pass(1_000);
      first.trialDone();
      first.end({ run: 1, counted: 1, tooFew });
      return budget.next(parts[1]!).shareMs;
    };
    expect(shareOfLast(true)).toBeLessThan(shareOfLast(false) - 4_000);
  });

  it('takes a control for as much worth after those who are worth nothing without it as before them', () => {
    const { now, pass } = clock();
    const [one, control, elsewhere] = cells(0, 1_000, 600).map((part) => ({
      ...part,
      scenario: part.heldMs === 600 ? 'elsewhere' : 'here',
      isControl: part.heldMs === 1_000,
    }));
    const budget = timeBudget(6_500, [one!, control!, elsewhere!], TRIALS, now);
    use(budget.next(one!), 300, pass);
    expect(budget.next(control!).shareMs).toBeGreaterThan(5_000);
  });

  it('is nothing once it is used up', () => {
    const { now, pass } = clock();
    const parts = cells(0, 0);
    const budget = timeBudget(400, parts, TRIALS, now);
    const first = budget.next(parts[0]!);
    pass(1_000);
    first.end();
    expect(budget.next(parts[1]!)).toMatchObject({ shareMs: 0, mostMs: 0 });
  });

  it('counts what a slice used until its end, whatever the clock does later', () => {
    const { now, pass } = clock();
    const parts = cells(0);
    const slice = timeBudget(400, parts, TRIALS, now).next(parts[0]!);
    pass(30);
    slice.end();
    pass(500);
    slice.end();
    expect(slice.usedMs()).toBe(30);
  });

  it('has a share for more than were announced: what is left', () => {
    const { now, pass } = clock();
    const [one, other] = cells(0, 0);
    const budget = timeBudget(1_000, [one!], TRIALS, now);
    budget.next(one!).end();
    pass(400);
    expect(budget.next(other!).shareMs).toBeCloseTo(600);
  });

  it(`is never exceeded by those who stop when their share is up (seed ${seed})`, () => {
    const plans = fc.array(
      fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), heldMs: fc.nat(2_000) }),
      { minLength: 1, maxLength: 50 },
    );
    fc.assert(
      fc.property(plans, (uses) => {
        const { now, pass } = clock();
        const parts = cells(...uses.map(({ heldMs }) => heldMs));
        const budget = timeBudget(10_000, parts, TRIALS, now);
        const used = uses.map(({ share }, place) => {
          const slice = budget.next(parts[place]!);
          use(slice, slice.shareMs * share, pass);
          return slice.usedMs();
        });
        expect(used.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(10_000 + 1e-6);
      }),
      { seed },
    );
  });
});
