import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { START_KINDS, type TrialResult } from '../core/verdict.js';
import { createJudge, judge } from './judge.js';
import { finding, plan, trial, trials } from './trial-results.fixture.js';

const seed = Date.now() % 2 ** 31;
const noOverlap = { interleavedPairs: 0, possiblePairs: 10 };

describe('a verdict on enough evidence', () => {
  it('holds with its bound', () => {
    const judgement = judge(trials(59), plan({ trials: 59 }));
    expect(judgement).toMatchObject({ verdict: 'holds', reasons: [] });
    expect(judgement.trials).toEqual({ planned: 59, run: 59, counted: 59, violated: 0, undecided: 0 });
    expect(judgement.rate?.lower).toBe(0);
    expect(judgement.rate?.upper).toBeCloseTo(0.0495, 4);
  });

  it('is violated by one violation, with the interval of its rate', () => {
    const results = trials(10, (index) => trial({ findings: index === 3 ? [finding('oversold')] : [] }));
    const judgement = judge(results, plan({ trials: 10 }));
    expect(judgement.verdict).toBe('violated');
    expect(judgement.trials).toMatchObject({ counted: 10, violated: 1, firstViolated: 4 });
    expect(judgement.rate?.lower).toBeCloseTo(0.0025286, 6);
    expect(judgement.rate?.upper).toBeCloseTo(0.4450161, 6);
  });

  it('holds with interesting findings', () => {
    expect(
      judge(
        trials(2, () => trial({ findings: [finding('unsold', 'interesting')] })),
        plan(),
      ).verdict,
    ).toBe('holds');
  });

  it('holds where idle trials were made up for', () => {
    const results = trials(4, (index) => trial(index < 2 ? { overlap: noOverlap } : {}));
    expect(judge(results, plan())).toMatchObject({ verdict: 'holds', trials: { run: 4, counted: 2 } });
  });
});

describe('a verdict without evidence never holds', () => {
  const cases: [string, TrialResult[], number, string][] = [
    ['no trial ran', [], 2, 'no trial ran'],
    [
      'nothing overlapped',
      trials(3, () => trial({ overlap: noOverlap })),
      2,
      'nothing overlapped: in 3 trials no two operations on the same thing were at the store at once',
    ],
    [
      'nothing could overlap',
      trials(3, () => trial({ overlap: { interleavedPairs: 0, possiblePairs: 0 } })),
      2,
      'nothing could overlap: in 3 trials no two operations touched the same thing',
    ],
    [
      'no operation was answered',
      trials(2, () => trial({ operations: { ok: 0, fail: 3, info: 1 }, latenciesNs: [] })),
      2,
      'no operation was answered: in 2 trials, 6 failed and 2 may have happened',
    ],
    [
      'no operation was answered, for what a store said',
      trials(2, () =>
        trial({ operations: { ok: 0, fail: 3, info: 1 }, errors: { EPIPE: 1, '40001': 3 }, latenciesNs: [] }),
      ),
      2,
      'no operation was answered: in 2 trials, 6 failed and 2 may have happened (6 times 40001, 2 times EPIPE)',
    ],
    [
      'a trial is undecided',
      trials(3, (index) => trial(index === 1 ? { undecided: ['checker orders crashed: oh'] } : {})),
      2,
      '1 trial proves nothing: checker orders crashed: oh',
    ],
    ['fewer trials than planned ran', trials(2), 5, 'only 2 of 5 planned trials are evidence: 3 did not run'],
    [
      'fewer trials than planned overlapped',
      trials(5, (index) => trial(index < 3 ? { overlap: noOverlap } : {})),
      5,
      'only 2 of 5 planned trials are evidence: in 3 nothing overlapped',
    ],
    [
      'in too few trials was anything answered',
      trials(2, (index) => trial(index === 0 ? { operations: { ok: 0, fail: 0, info: 4 } } : {})),
      2,
      'only 1 of 2 planned trials are evidence: in 1 no operation was answered',
    ],
  ];
  it.each(cases)('when %s', (_, results, planned, reason) => {
    expect(judge(results, plan({ trials: planned }))).toMatchObject({
      verdict: 'inconclusive',
      reasons: [reason],
    });
  });

  it('when it was stopped, though enough trials had run', () => {
    const all = createJudge(plan());
    trials(2).forEach((result) => all.add(result));
    expect(all.judgement('interrupted')).toMatchObject({ verdict: 'inconclusive', reasons: ['interrupted'] });
  });

  it('and says every reason once, with the trials that it concerns', () => {
    const results = trials(4, (index) =>
      trial({ undecided: index < 3 ? ['a worker died', 'a worker died'] : [] }),
    );
    expect(judge(results, plan({ trials: 4 })).reasons).toEqual(['3 trials prove nothing: a worker died']);
  });

  it('and spells out only the first of many reasons', () => {
    const results = trials(9, (index) => trial({ undecided: [`reason ${index}`] }));
    expect(judge(results, plan({ trials: 9 })).reasons).toHaveLength(6);
  });

  it(`in any mixture of trials that are no evidence (seed ${seed})`, () => {
    const useless = fc.constantFrom<Partial<TrialResult>>(
      { overlap: noOverlap },
      { undecided: ['a worker died'] },
      { operations: { ok: 0, fail: 2, info: 2 } },
    );
    fc.assert(
      fc.property(fc.array(useless), fc.nat(20), (mixture, planned) => {
        const { verdict, reasons } = judge(
          trials(mixture.length, (index) => trial(mixture[index])),
          plan({ trials: planned }),
        );
        expect(verdict).toBe('inconclusive');
        expect(reasons.length).toBeGreaterThan(0);
      }),
      { seed },
    );
  });

  it('but a violation counts even there', () => {
    const violated = trial({
      findings: [finding('oversold')],
      overlap: noOverlap,
      undecided: ['a worker died'],
    });
    const judgement = judge([violated], plan());
    expect(judgement).toMatchObject({
      verdict: 'violated',
      reasons: ['1 trial proves nothing: a worker died'],
      trials: { counted: 0, violated: 1 },
    });
    expect(judgement).not.toHaveProperty('rate');
  });
});

describe('findings', () => {
  it('are one an anomaly, the first seen, with how many trials had it; violations first', () => {
    const judgement = judge(
      [
        trial({ trial: 0, findings: [finding('unsold', 'interesting')] }),
        trial({ trial: 1, start: 'staggered', findings: [finding('oversold'), finding('oversold')] }),
        trial({
          trial: 2,
          findings: [finding('oversold', 'violation', { message: 'later' }), finding('order-missing')],
        }),
      ],
      plan({ trials: 3 }),
    );
    expect(judgement.findings).toMatchObject([
      { anomaly: 'oversold', trial: 2, start: 'staggered', trials: 2, message: 'oversold' },
      { anomaly: 'order-missing', trial: 3, trials: 1 },
      { anomaly: 'unsold', trial: 1, trials: 1 },
    ]);
  });
});

describe('giving up', () => {
  it('counts certain failures and needless refusals over all operations', () => {
    const needless = finding('refused-though-stock-remained', 'interesting', { needlessRefusals: 2 });
    const results = trials(3, () => trial({ operations: { ok: 4, fail: 5, info: 1 }, findings: [needless] }));
    const judgement = judge(results, plan({ trials: 3 }));
    expect(judgement.gaveUp).toEqual({ failed: 15, refused: 6, operations: 30 });
    expect(judgement.findings[0]).not.toHaveProperty('needlessRefusals');
  });

  it('is absent where nobody did', () => {
    expect(judge(trials(2), plan())).not.toHaveProperty('gaveUp');
  });
});

describe('the numbers of a run', () => {
  it('are sums, spreads and percentiles over its trials', () => {
    const results = trials(3, (index) =>
      trial({
        tally: { ordered: [20, 33, 21][index]! },
        counts: { retry: 2 },
        errors: { '40001': 1 },
        burstNs: 5e8,
      }),
    );
    expect(judge(results, plan({ trials: 3 }))).toMatchObject({
      tally: { ordered: { min: 20, median: 21, max: 33 } },
      operations: { ok: 12, fail: 0, info: 0 },
      counts: { retry: 6 },
      errors: { '40001': 3 },
      latencyMs: { p50: 2, p95: 4, p99: 4, max: 4 },
      opsPerSecond: 8,
      overlap: { interleavedPairs: 9, possiblePairs: 30 },
    });
  });

  it('have a bound for each kind of start, in which one could hide', () => {
    const results = trials(59, (index) => trial({ start: START_KINDS[index < 50 ? 0 : 2] }));
    const { strata } = judge(results, plan({ trials: 59 }));
    expect(strata).toMatchObject([
      { start: 'simultaneous', counted: 50, violated: 0 },
      { start: 'shifted-pairs', counted: 9, violated: 0 },
    ]);
    expect(strata[1]?.upper).toBeCloseTo(0.2831, 4);
  });

  it('lack rates and costs after an early stop', () => {
    const judgement = judge(
      [trial({ findings: [finding('oversold')] })],
      plan({ trials: 59, stopAtFirstViolation: true }),
    );
    expect(judgement.verdict).toBe('violated');
    expect(judgement.strata).toEqual([]);
    for (const absent of ['rate', 'latencyMs', 'opsPerSecond']) expect(judgement).not.toHaveProperty(absent);
  });

  it('lack latencies and throughput where nothing was answered', () => {
    const nothing = trial({ operations: { ok: 0, fail: 4, info: 0 }, latenciesNs: [] });
    const judgement = judge([nothing], plan());
    for (const absent of ['latencyMs', 'opsPerSecond']) expect(judgement).not.toHaveProperty(absent);
  });
});

describe('deciding when to stop', () => {
  const violated = trial({ findings: [finding('oversold')] });

  it('is when the planned trials are evidence', () => {
    const all = createJudge(plan());
    const decided = [trial(), trial({ overlap: noOverlap }), trial()].map((result) => {
      all.add(result);
      return all.isDecided();
    });
    expect(decided).toEqual([false, false, true]);
  });

  it('is at the first violation for a gate, and not for a comparison', () => {
    const gate = createJudge(plan({ stopAtFirstViolation: true }));
    const comparison = createJudge(plan());
    gate.add(violated);
    comparison.add(violated);
    expect([gate.isDecided(), comparison.isDecided()]).toEqual([true, false]);
  });

  it('is for a control when it has shown what it must', () => {
    const stopping = plan({ trials: 9, stopAtFirstViolation: true });
    const control = createJudge(stopping, { shows: ['lost-update'] });
    control.add(violated);
    expect(control.isDecided()).toBe(false);
    control.add(trial({ findings: [finding('lost-update')] }));
    expect(control.isDecided()).toBe(true);

    const deadlocks = createJudge(stopping, { shows: ['deadlock'] });
    deadlocks.add(trial({ counts: { deadlock: 1 } }));
    expect(deadlocks.isDecided()).toBe(true);
  });
});

describe('the spread of the first requests', () => {
  const spreads = [0.4e6, 0.1e6, 7e6].map((firstRequestSpreadNs) => trial({ firstRequestSpreadNs }));

  it('is that of trials with a simultaneous start: the others are spread on purpose', () => {
    const staggered = trial({ start: 'staggered', firstRequestSpreadNs: 90e6 });
    expect(judge([...spreads, staggered], plan()).firstRequestSpreadMs).toEqual({ median: 0.4, max: 7 });
  });

  it('is told after an early stop too, and absent where nothing was measured', () => {
    const violated = trial({ findings: [finding('oversold')], firstRequestSpreadNs: 2e6 });
    const gate = plan({ stopAtFirstViolation: true });
    expect(judge([violated], gate).firstRequestSpreadMs).toEqual({ median: 2, max: 2 });
    expect(judge([trial()], plan())).not.toHaveProperty('firstRequestSpreadMs');
  });
});

describe('a judge whose time was up', () => {
  const limited = plan({ trials: 59, fewest: 5 });
  const soFar = (results: TrialResult[]) => {
    const all = createJudge(limited);
    for (const result of results) all.add(result);
    return all.judgementSoFar();
  };
  const violating = () => trial({ findings: [finding('oversold')] });

  it('says that it holds where enough trials are evidence, with the bound that they give', () => {
    const judgement = soFar(trials(5));
    expect(judgement).toMatchObject({ verdict: 'holds', reasons: [] });
    expect(judgement.trials).toMatchObject({ planned: 59, run: 5, counted: 5 });
    expect(judgement.rate?.upper).toBeCloseTo(1 - 0.05 ** (1 / 5), 9);
  });

  it('judges nothing on fewer, and says that it was the budget', () => {
    expect(soFar(trials(4))).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['budget: 4 trials ran, and there was no time for the 5 that are needed'],
    });
    expect(soFar([])).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['budget: 0 trials ran, and there was no time for the 5 that are needed'],
    });
  });

  it('tells of a violation in too few trials, and does not judge by it', () => {
    const judgement = soFar(trials(2, violating));
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.reasons).toEqual([
      'budget: 2 trials ran, and there was no time for the 5 that are needed',
      'a violation was seen all the same, in trial 1',
    ]);
    expect(judgement.findings).toHaveLength(1);
  });

  it('is sure of a violation in enough trials', () => {
    expect(soFar([...trials(4), { ...violating(), trial: 4 }])).toMatchObject({ verdict: 'violated' });
  });

  it.each([
    [{}, 0],
    [{ claim: 'holds' as const }, 0],
    [{ claim: 'violated' as const }, 1],
    [{ claim: 'gives-up' as const }, 1],
    [{ shows: ['deadlock' as const] }, 1],
  ])('that seeks %o misses %s more after enough trials that show nothing', (sought, missing) => {
    const all = createJudge(limited, sought);
    for (const result of trials(4)) all.add(result);
    expect(all.missing()).toBe(1);
    all.add(trial());
    expect(all.missing()).toBe(missing);
    all.add(trial({ findings: [finding('oversold')], counts: { deadlock: 1 } }));
    expect(all.missing()).toBe(0);
  });

  it('misses nothing of what claims to give up once an operation failed', () => {
    const all = createJudge(limited, { claim: 'gives-up' });
    for (const result of trials(5)) all.add(result);
    expect(all.missing()).toBe(1);
    all.add(trial({ operations: { ok: 1, fail: 1, info: 0 } }));
    expect(all.missing()).toBe(0);
  });

  it('does not take trials in which nothing overlapped for evidence', () => {
    const apart = trials(9, () => trial({ overlap: { interleavedPairs: 0, possiblePairs: 10 } }));
    const judgement = soFar(apart);
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.reasons.join()).toContain('nothing overlapped');
  });
});

describe('a sweep over offsets', () => {
  const swept = (later: string, offsetNs: number, other: Partial<TrialResult> = {}) =>
    trial({ start: 'offset-sweep', offset: { later, offsetNs, planned: 3 }, ...other });

  it('has a bound at each offset, and tells how many were tried', () => {
    const results = [
      trial(),
      swept('refund', 3.1e6, { findings: [finding('oversold')] }),
      swept('refund', 0),
      swept('refund', 0),
      swept('pay', 0, { overlap: noOverlap }),
    ];
    const judgement = judge(results, plan({ trials: 4 }));
    expect(judgement.strata).toMatchObject([
      { start: 'simultaneous', counted: 1, violated: 0 },
      { start: 'offset-sweep', offset: { later: 'pay', ms: 0 }, counted: 0, violated: 0, upper: 1 },
      { start: 'offset-sweep', offset: { later: 'refund', ms: 0 }, counted: 2, violated: 0 },
      { start: 'offset-sweep', offset: { later: 'refund', ms: 3.1 }, counted: 1, violated: 1 },
    ]);
    expect(judgement.sweep).toEqual({ planned: 3, tried: 2 });
    expect(judgement.findings).toMatchObject([{ offset: { later: 'refund', ms: 3.1 } }]);
    expect(judge([trial()], plan())).not.toHaveProperty('sweep');
  });
});

it('tells how far apart requests arrived where the server says so, of simultaneous starts', () => {
  const results = [1e6, 3e6, 2e6].map((arrivalSpreadNs) => trial({ arrivalSpreadNs }));
  const staggered = trial({ start: 'staggered', arrivalSpreadNs: 90e6 });
  expect(judge([...results, staggered], plan()).arrivalSpreadMs).toEqual({ median: 2, max: 3 });
  expect(judge([trial()], plan())).not.toHaveProperty('arrivalSpreadMs');
});
