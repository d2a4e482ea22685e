import { describe, expect, it } from 'vitest';
import { burstOf, type BurstPart } from './burst.js';
import { ProcessNumbers } from './process-numbers.js';

const PART: BurstPart = { connections: [], workerErrors: [], counts: {}, arrivalsMs: [] };

describe('how far apart requests arrived', () => {
  const spreadNs = (...parts: readonly Partial<BurstPart>[]) =>
    burstOf(
      [],
      parts.map((part) => ({ ...PART, ...part })),
      [],
      { events: [] },
      new ProcessNumbers(2),
    ).arrivalSpreadNs;

  it('is told from the first to the last, whichever host sent them', () => {
    expect(spreadNs({ arrivalsMs: [12, 10.5] }, { arrivalsMs: [11] })).toBe(1.5e6);
  });

  it('is unknown where one answer did not tell, and of one request', () => {
    expect(spreadNs({ arrivalsMs: [10, 12] }, { counts: { 'no-arrival': 1 } })).toBeUndefined();
    expect(spreadNs({ arrivalsMs: [10] })).toBeUndefined();
  });
});
