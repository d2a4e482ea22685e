import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../core/history.js';
import { seededRandom } from '../core/random.js';
import {
  MIXED_STARTS,
  shuffled,
  startDelays,
  startKindOf,
  startSlackNs,
  typicalDuration,
} from './start-plan.js';

const SEED = '7f3a91';
const trials = (count: number) => Array.from({ length: count }, (_, trial) => trial);

describe(`starts drawn from the seed ${SEED}`, () => {
  it('begin simultaneously, and try each kind once in every three trials', () => {
    const kinds = trials(300).map((trial) => startKindOf('mixed', SEED, trial));
    expect(kinds[0]).toBe('simultaneous');
    for (let block = 0; block < 100; block += 1) {
      expect(new Set(kinds.slice(block * 3, block * 3 + 3))).toEqual(new Set(MIXED_STARTS));
    }
  });

  it('sweep over offsets in half of the trials where operations are unequal', () => {
    const kinds = trials(600).map((trial) => startKindOf('mixed', SEED, trial, true));
    expect(kinds[0]).toBe('simultaneous');
    for (let block = 0; block < 100; block += 1) {
      const inBlock = kinds.slice(block * 6, block * 6 + 6);
      expect(inBlock.filter((kind) => kind === 'offset-sweep')).toHaveLength(3);
      expect(new Set(inBlock)).toEqual(new Set([...MIXED_STARTS, 'offset-sweep']));
    }
  });

  it('are the same for the same seed, and differ for another', () => {
    const of = (seed: string) => trials(30).map((trial) => startKindOf('mixed', seed, trial));
    expect(of(SEED)).toEqual(of(SEED));
    expect(of(SEED)).not.toEqual(of('another'));
  });

  it('are all of one kind where one is asked for', () => {
    expect(trials(5).map((trial) => startKindOf('staggered', SEED, trial))).toEqual(
      Array(5).fill('staggered'),
    );
  });
});

describe('the typical duration of an operation', () => {
  const endedAfter = (durationsNs: readonly number[], end: object) =>
    durationsNs.flatMap((durationNs, process) => {
      const of = { f: 'draw', process, client: process };
      const ended = { ...of, timeNs: 100 + durationNs, ...end } as HistoryEvent;
      return [{ ...of, type: 'invoke' as const, timeNs: 100, value: null }, ended];
    });
  const answeredAfter = (...durationsNs: readonly number[]) =>
    endedAfter(durationsNs, { type: 'ok', value: null });
  const failedAfter = (...durationsNs: readonly number[]) =>
    endedAfter(durationsNs, { type: 'fail', error: { code: 'lock-timeout', message: '' } });

  it('is the median', () => {
    expect(typicalDuration(answeredAfter(9, 2, 5))).toEqual({ ns: 5, isOfAnswers: true });
    expect(typicalDuration([])).toBeUndefined();
  });

  it('is that of those who gave up only where nobody was answered', () => {
    expect(typicalDuration(failedAfter(9, 2, 5))).toEqual({ ns: 5, isOfAnswers: false });
    expect(typicalDuration([...failedAfter(9, 9), ...answeredAfter(5)])).toEqual({
      ns: 5,
      isOfAnswers: true,
    });
  });

  it('of two is that of the one who did not wait for the other', () => {
    expect(typicalDuration(answeredAfter(70, 9))).toEqual({ ns: 9, isOfAnswers: true });
  });
});

describe('startDelays', () => {
  it('are 0 for a simultaneous start', () => {
    expect(startDelays('simultaneous', 3, 1e6, 4, seededRandom(SEED))).toEqual([0, 0, 0]);
  });

  it('lie within one operation for a staggered start, and differ', () => {
    const delays = startDelays('staggered', 50, 1e6, 4, seededRandom(SEED));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(1e6);
    expect(new Set(delays).size).toBe(50);
  });

  it('shift the second of each pair by one shift, which sweeps over the operation from trial to trial', () => {
    const shifts = trials(40).map((trial) => {
      const [first, second, third, fourth] = startDelays('shifted-pairs', 4, 1e6, trial, seededRandom(SEED));
      expect([first, third]).toEqual([0, 0]);
      expect(second).toBe(fourth);
      return second!;
    });
    const tenths = new Set(shifts.map((shift) => Math.floor(shift / 1e5)));
    expect(tenths.size).toBe(10);
  });
});

describe('shuffled', () => {
  it('keeps every item and leaves the given list alone', () => {
    const items = trials(20);
    const result = shuffled(items, seededRandom(SEED));
    expect([...result].sort((a, b) => a - b)).toEqual(items);
    expect(items).toEqual(trials(20));
    expect(result).not.toEqual(items);
  });
});

describe('startSlackNs', () => {
  const plansOf = (...delaysNs: number[]) => delaysNs.map((delayNs) => ({ delayNs }));

  it('is a twentieth of the shift where all begin at one of two moments', () => {
    const plans = plansOf(0, 2e6, 0, 2e6);
    expect(plans.map(startSlackNs(plans))).toEqual([0, 1e5, 0, 1e5]);
  });

  it('is an eighth of the latest moment where each client has one of its own', () => {
    const plans = plansOf(0, 1e6, 4e6, 16e6);
    expect(plans.map(startSlackNs(plans))).toEqual([2e6, 2e6, 2e6, 2e6]);
  });
});
