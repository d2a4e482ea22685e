import { describe, expect, it } from 'vitest';
import { gatesOf, type Limits } from './gates.js';
import { caught, gateHolds, holding } from './report.fixture.js';
import type { Gate, JudgedTarget, Report, ReportTarget } from './report.js';

const ID = 'postgres/for-update';

function report(...targets: readonly ReportTarget[]): Report {
  return { ...gateHolds, targets };
}

/** Its trials took `median` ms in the middle, with an interval of `noise` to either side. */
function timed(median: number, noise = 0.05): JudgedTarget {
  const target = holding(ID);
  const ofTrials = { lower: median * (1 - noise), median, upper: median * (1 + noise) };
  return { ...target, latencyMs: { ...target.latencyMs!, ofTrials } };
}

function gates(now: Report, limits: Limits): readonly (readonly [string, string, Gate['outcome']])[] {
  return gatesOf(now, limits).map(({ kind, target, outcome }) => [kind, target, outcome]);
}
const only = (now: Report, limits: Limits, kind: Gate['kind']) =>
  gatesOf(now, limits).filter((gate) => gate.kind === kind);

describe('a limit of a percentile', () => {
  it('is kept up to it, and not above', () => {
    expect(gates(report(holding(ID)), { maxMs: { p50: 18.2, p95: 40, p99: 41.2 } })).toEqual([
      ['max-p50', ID, 'passed'],
      ['max-p95', ID, 'passed'],
      ['max-p99', ID, 'failed'],
    ]);
  });

  it('is never kept without samples: nothing answered, stopped early, or too few for that percentile', () => {
    const none = holding(ID, 1, { latencyMs: undefined, operations: { ok: 0, fail: 9, info: 0 } });
    const few = holding(ID, 1, { operations: { ok: 99, fail: 0, info: 0 } });
    for (const target of [none, caught(ID), few]) {
      expect(gates(report(target), { maxMs: { p99: 1_000_000 } })).toEqual([['max-p99', ID, 'no-evidence']]);
    }
    const [gate] = gatesOf(report(caught(ID)), { maxMs: { p99: 250 } });
    expect(gate?.message).toMatch(/is not known: it was stopped at its first violation\.$/);
  });

  it('is of no concern to a control', () => {
    const control = holding('postgres/naive', 1, { role: 'control' });
    expect(gates(report(control), { maxMs: { p50: 1 } })).toEqual([]);
  });
});

describe('a baseline', () => {
  it('tells a new violation from one that was known, whatever the target claims now', () => {
    const violated = report(caught(ID, { met: true }));
    expect(only(violated, { baseline: report(holding(ID)) }, 'new-violation')).toMatchObject([
      { outcome: 'failed', message: `${ID} is violated now, and held in the baseline.` },
    ]);
    expect(only(violated, { baseline: report(caught(ID)) }, 'new-violation')).toMatchObject([
      { outcome: 'passed' },
    ]);
    expect(only(report(holding(ID)), { baseline: report(caught(ID)) }, 'new-violation')).toMatchObject([
      { outcome: 'passed' },
    ]);
  });

  it('is not passed by what is inconclusive now', () => {
    const open = holding(ID, 1, { verdict: 'inconclusive', reasons: ['nothing overlapped'] });
    expect(only(report(open), { baseline: report(holding(ID)) }, 'new-violation')).toMatchObject([
      { outcome: 'no-evidence' },
    ]);
  });

  it('misses a target that is not judged any more', () => {
    const skipped: ReportTarget = {
      outcome: 'skipped',
      ...{ id: ID, role: 'named', summary: '', store: 'postgres', reason: 'none', remedy: 'get one' },
    };
    for (const now of [report(), report(skipped)]) {
      expect(gates(now, { baseline: report(holding(ID)) })).toEqual([['lost-target', ID, 'failed']]);
    }
  });

  it('says nothing of a target that is new', () => {
    expect(gates(report(caught('postgres/new')), { baseline: report() })).toEqual([]);
  });
});

describe('a slowdown', () => {
  const slowdown = (now: JudgedTarget, then: JudgedTarget, maxSlowdown = 1.2) =>
    only(report(now), { baseline: report(then), maxSlowdown }, 'max-slowdown')[0]!;

  it('fails only where the intervals are further apart than it allows', () => {
    expect(slowdown(timed(10), timed(10)).outcome).toBe('passed');
    expect(slowdown(timed(12), timed(10)).outcome).toBe('passed');
    expect(slowdown(timed(20), timed(10)).outcome).toBe('failed');
    expect(slowdown(timed(20), timed(10), 2.5).outcome).toBe('passed');
  });

  it('is not passed where it may be noise or not', () => {
    const gate = slowdown(timed(13, 0.2), timed(10, 0.2));
    expect(gate.outcome).toBe('no-evidence');
    expect(gate.message).toContain('between 0.867x and 1.95x');
  });

  it('is not passed without times of either run', () => {
    expect(slowdown(caught(ID), timed(10)).message).toContain('this run has no times');
    expect(slowdown(timed(10), holding(ID)).message).toContain('the baseline has no times');
    expect(slowdown(timed(10), holding(ID)).outcome).toBe('no-evidence');
  });

  it('says so where the baseline was taken on another machine', () => {
    const baseline = {
      ...report(timed(10)),
      environment: { ...gateHolds.environment, cpu: 'another', cores: 64 },
    };
    const [gate] = only(report(timed(20)), { baseline, maxSlowdown: 1.2 }, 'max-slowdown');
    expect(gate?.message).toMatch(/which was taken elsewhere: another cpu, cores\.$/);
  });
});
