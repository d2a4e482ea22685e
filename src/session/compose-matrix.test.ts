import { describe, expect, it } from 'vitest';
import type { TrialResult } from '../core/verdict.js';
import type { JudgedCell } from '../report/matrix-report.js';
import { StoreUnavailable } from '../stores/store.js';
import { createJudge } from '../verdict/judge.js';
import { finding, trial, trials } from '../verdict/trial-results.fixture.js';
import type { AnyTarget } from './choice.js';
import { composeMatrix, type RanPlan } from './compose-matrix.js';
import type { RanTarget } from './compose-report.js';
import { planMatrix } from './matrix.js';

const [checkout] = await planMatrix({ contracts: ['checkout'], stores: ['postgres'], seed: 's' });

/** A target with its result: trials that are good evidence, each burst as long as this, unless they say otherwise. */
function ran(id: string, burstMs: number, results: TrialResult[], more: Partial<RanTarget> = {}): RanTarget {
  const judge = createJudge({ trials: 59, fewest: 5, confidence: 0.95, stopAtFirstViolation: false });
  for (const result of results) judge.add({ ...result, burstNs: burstMs * 1e6 });
  const judgement = results.length < 59 ? judge.judgementSoFar() : judge.judgement();
  return {
    target: targetOf(id),
    role: 'named',
    result: { kind: 'judged', judgement },
    time: { shareMs: 1_000, usedMs: 900 },
    ...more,
  };
}

function targetOf(id: string): AnyTarget {
  const chosen = checkout.named.find(({ target }) => target.id === id);
  if (chosen === undefined) throw new Error(`no such target: ${id}`);
  return chosen.target;
}

const oversold = () => trial({ findings: [finding('oversold'), finding('lost-update')] });
const NAIVE = ran('postgres/naive', 10, trials(59, oversold));

function compose(cells: readonly RanTarget[], more: readonly RanPlan[] = []) {
  return composeMatrix({
    columns: [{ plan: checkout, ran: [NAIVE, ...cells] }, ...more],
    budget: { totalMs: 60_000, usedMs: 1_000 },
    startedAt: new Date(0),
    finishedAt: new Date(1_000),
    interrupted: false,
    environment: { node: '', platform: '', cpu: '', cores: 1, stores: {} },
    required: [],
  });
}

function cell(id: string, matrix: ReturnType<typeof compose>): JudgedCell {
  const found = matrix.contracts[0]!.scenarios[0]!.targets.find((one) => one.id === id);
  if (found?.outcome !== 'judged') throw new Error(`${id} was not judged`);
  return found;
}

describe('the costs in a matrix', () => {
  it('are measured by the fastest safe target of the scenario, and an unsafe one has none', () => {
    const matrix = compose([
      ran('postgres/for-update', 30, trials(59)),
      ran('postgres/atomic-update', 20, trials(59)),
    ]);
    expect(matrix.contracts[0]!.scenarios[0]!.fastestSafe).toBe('postgres/atomic-update');
    expect(cell('postgres/atomic-update', matrix).cost).toBe(1);
    expect(cell('postgres/for-update', matrix).cost).toBeCloseTo(1.5, 9);
    expect(cell('postgres/naive', matrix).cost).toBeUndefined();
  });

  it('count who gives up by what was answered, and may be measured by it', () => {
    const half = () => trial({ operations: { ok: 2, fail: 2, info: 0 } });
    const matrix = compose([
      ran('postgres/for-update', 30, trials(59)),
      ran('postgres/repeatable-read', 10, trials(59, half)),
    ]);
    expect(cell('postgres/repeatable-read', matrix).cost).toBe(1);
    expect(cell('postgres/for-update', matrix).cost).toBeCloseTo(1.5, 9);
  });

  it('are none where nothing is safe', () => {
    const matrix = compose([]);
    expect(matrix.contracts[0]!.scenarios[0]).not.toHaveProperty('fastestSafe');
  });
});

describe('a cell with too little time', () => {
  it('is inconclusive for its budget, with what it used of it', () => {
    const cut = cell('postgres/for-update', compose([ran('postgres/for-update', 30, trials(4))]));
    expect(cut).toMatchObject({
      verdict: 'inconclusive',
      budgetExhausted: true,
      met: false,
      time: { shareMs: 1_000, usedMs: 900 },
    });
  });

  it('is judged on five trials, at the bound that they give', () => {
    const short = cell('postgres/for-update', compose([ran('postgres/for-update', 30, trials(5))]));
    expect(short).toMatchObject({ verdict: 'holds', budgetExhausted: false, met: true });
    expect(short.rate?.upper).toBeCloseTo(1 - 0.05 ** (1 / 5), 9);
  });

  it('is not called a matter of the budget where its control is what is missing', () => {
    const matrix = compose([ran('postgres/for-update', 30, trials(59))]);
    const toothless = composeMatrix({
      columns: [
        {
          plan: checkout,
          ran: [ran('postgres/naive', 10, trials(59)), ran('postgres/for-update', 30, trials(59))],
        },
      ],
      ...{ budget: matrix.budget, environment: matrix.environment, interrupted: false, required: [] },
      ...{ startedAt: new Date(0), finishedAt: new Date(0) },
    });
    expect(cell('postgres/for-update', toothless)).toMatchObject({
      verdict: 'inconclusive',
      budgetExhausted: false,
    });
  });
});

describe('the exit code of a matrix', () => {
  const holds = ran('postgres/for-update', 30, trials(59));
  const skipped: RanTarget = {
    target: targetOf('postgres/advisory-lock'),
    role: 'named',
    result: { kind: 'skipped', error: new StoreUnavailable('postgres', 'There is none.', 'Start one') },
  };

  it('is 0 where every cell is as its target claims, unsafe ones violated', () => {
    expect(compose([holds]).exitCode).toBe(0);
  });

  it('is 1 where a cell is not as claimed', () => {
    expect(compose([holds, ran('postgres/atomic-update', 20, trials(59, oversold))]).exitCode).toBe(1);
    expect(compose([holds, ran('postgres/repeatable-read', 20, trials(59))]).exitCode).toBe(1);
  });

  it('is 2 where what a cell claims to happen was not seen in too few trials to say that it does not', () => {
    const matrix = compose([holds, ran('postgres/repeatable-read', 20, trials(58))]);
    expect(cell('postgres/repeatable-read', matrix)).toMatchObject({
      verdict: 'holds',
      ...{ expectation: 'gives-up', met: false, unseen: { trials: 58, needed: 59 } },
    });
    expect(matrix.exitCode).toBe(2);
  });

  it('is 1 where a cell that should hold gave up, or one that should give up was violated, after however few trials', () => {
    const half = () => trial({ operations: { ok: 2, fail: 2, info: 0 } });
    expect(compose([holds, ran('postgres/atomic-update', 20, trials(5, half))]).exitCode).toBe(1);
    expect(compose([holds, ran('postgres/repeatable-read', 20, trials(5, oversold))]).exitCode).toBe(1);
  });

  it('is 2 where all that is missing is evidence', () => {
    expect(compose([holds, ran('postgres/atomic-update', 20, trials(2))]).exitCode).toBe(2);
  });

  it('is 3 where a target could not run', () => {
    const failed: RanTarget = {
      ...skipped,
      result: { kind: 'could-not-run', error: { kind: 'mistake', message: 'x is not a function' } },
    };
    expect(compose([holds, failed]).exitCode).toBe(3);
  });

  it('is no failure for a store that cannot be had, unless it is required or nothing is left', () => {
    const facts = {
      budget: { totalMs: 1, usedMs: 1 },
      ...{ startedAt: new Date(0), finishedAt: new Date(0), interrupted: false },
      environment: { node: '', platform: '', cpu: '', cores: 1, stores: {} },
    };
    const of = (cells: readonly RanTarget[], required: readonly string[] = []) =>
      composeMatrix({ ...facts, required, columns: [{ plan: checkout, ran: cells }] }).exitCode;
    expect(of([NAIVE, holds, skipped])).toBe(0);
    expect(of([NAIVE, holds, skipped], ['postgres'])).toBe(3);
    expect(of([skipped])).toBe(3);
  });
});

describe('planning a matrix', () => {
  const problemsOf = async (options: Parameters<typeof planMatrix>[0]) => {
    try {
      await planMatrix(options);
    } catch (error) {
      return (error as { problems?: readonly string[] }).problems;
    }
    return [];
  };

  it('takes every scenario whose contract has a target on the stores that were asked for', async () => {
    const plans = await planMatrix({ stores: ['memory'] });
    expect(plans.length).toBeGreaterThan(3);
    for (const { named, seed, trials: planned } of plans) {
      expect(named.every(({ target }) => target.id.startsWith('memory/'))).toBe(true);
      expect(seed).toBe(plans[0].seed);
      expect(planned.fewest).toBe(5);
    }
  });

  it('judges no cell on fewer than five trials, whatever the rate that is asked for', async () => {
    const [plan] = await planMatrix({ contracts: ['checkout'], maxRate: 0.9 });
    expect(plan.trials).toMatchObject({ trials: 5, fewest: 5 });
    expect(await problemsOf({ contracts: ['checkout'], trials: 4 })).toEqual([
      'expected 5 trials or more within a budget, since nothing is judged on fewer, got 4',
    ]);
  });

  it('names every mistake at once, each once, with the nearest name', async () => {
    expect(
      await problemsOf({ contracts: ['chekout', 'checkout'], stores: ['postgers'], budgetMs: 10 }),
    ).toEqual([
      expect.stringContaining('unknown contract "chekout", did you mean "checkout"?'),
      expect.stringContaining('unknown store "postgers", did you mean "postgres"?'),
      'expected a budget from 1 s to 24 h, got 0.01 s',
    ]);
    expect(await problemsOf({ contracts: ['checkout'], timeoutMs: 0, confidence: 3 })).toHaveLength(2);
  });

  it('says where no target is on a store', async () => {
    expect(await problemsOf({ contracts: ['checkout'], stores: ['file'] })).toEqual([
      'no target of checkout is on file',
    ]);
  });
});
