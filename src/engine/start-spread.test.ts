import { describe, expect, it } from 'vitest';
import type { StartKind } from '../core/verdict.js';
import { StartSpread } from './start-spread.js';

const trial = (start: StartKind, interleavedPairs: number, possiblePairs = 1) => ({
  start,
  overlap: { possiblePairs, interleavedPairs },
});

describe('the spread of starts', () => {
  it('is halved by each trial whose clients were to begin apart and missed each other', () => {
    const spread = new StartSpread();
    for (const start of ['staggered', 'shifted-pairs'] as const) spread.learn(trial(start, 0));
    expect(spread.share).toBe(0.25);
  });

  it('is left alone by what says nothing of it', () => {
    const spread = new StartSpread();
    spread.learn(trial('simultaneous', 0));
    spread.learn(trial('offset-sweep', 0));
    spread.learn(trial('staggered', 0, 0));
    expect(spread.share).toBe(1);
  });

  it('comes back where clients meet, and never goes beyond an operation', () => {
    const spread = new StartSpread();
    for (let misses = 0; misses < 3; misses += 1) spread.learn(trial('staggered', 0));
    let meetings = 0;
    for (; spread.share < 1 && meetings < 1_000; meetings += 1) spread.learn(trial('staggered', 1));
    expect(meetings).toBeLessThan(50);
    spread.learn(trial('staggered', 1));
    expect(spread.share).toBe(1);
  });
});
