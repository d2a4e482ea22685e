import { randomBytes } from 'node:crypto';
import { SCENARIOS } from '../../scenarios/index.js';
import { storesOf } from '../core/target.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import type { Matrix } from '../report/matrix-report.js';
import { plansBudget } from './budgeted.js';
import type { AnyScenario } from './choice.js';
import { composeMatrix, type RanPlan } from './compose-matrix.js';
import { loadRegistered, targetIdsOf } from './find-targets.js';
import { budgetProblems, MATRIX_DEFAULTS, type MatrixOptions } from './matrix-options.js';
import { requiredStores } from './missed-stores.js';
import { didYouMean } from './nearest.js';
import { planSession, type SessionPlan } from './plan-session.js';
import { placed, placeOf } from './placed-progress.js';
import { runPlan } from './run-plan.js';
import { ONCE_MORE, secondTurns } from './second-turns.js';
import { storeProblems } from './store-problems.js';
import { withStores } from './with-stores.js';

export interface MatrixResult {
  readonly matrix: Matrix;
  /** What went wrong while cleaning up; for people. */
  readonly leftovers: readonly string[];
}

/**
 * Every strategy in every scenario of its contract, on one server a store, within a budget of wall time that is divided over
 * the cells. Writes nothing and never exits. `wallClock` is asked for the report's dates only.
 * Throws UsageError for what does not make sense, before anything is started.
 */
export async function runMatrix(options: MatrixOptions, wallClock: () => Date): Promise<MatrixResult> {
  const plans = await planMatrix(options);
  const startedAt = wallClock();
  const { budgetMs = MATRIX_DEFAULTS.budgetMs } = options;
  const now = () => performance.now();
  const beganAt = now();
  const { value, environment, stopped } = await withStores(options, plans, async (stores, reaper) => {
    const budget = await plansBudget(plans, stores, { totalMs: budgetMs, beganAt, now });
    const runner = { stores, reaper, signal: options.signal, told: new Set<string>() };
    const columns: RanPlan[] = [];
    const place = placeOf(budget.cells);
    for (const plan of plans) {
      const ran = await runPlan(plan, {
        ...runner,
        progress: placed(options.progress, place, `${plan.scenario.name} `),
        nextSlice: (target) => budget.slice(plan, target),
      });
      columns.push({ plan, ran });
    }
    const all = await secondTurns(columns, budget, runner, (plan) =>
      placed(options.progress, () => ONCE_MORE, `${plan.scenario.name} `),
    );
    return { columns: all, usedMs: now() - beganAt, ran: all.flatMap((column) => column.ran) };
  });
  return {
    matrix: composeMatrix({
      columns: value.columns,
      budget: { totalMs: budgetMs, usedMs: value.usedMs },
      startedAt,
      finishedAt: wallClock(),
      interrupted: options.signal?.aborted ?? false,
      environment,
      required: requiredStores(options, value.ran, environment),
    }),
    leftovers: await stopped,
  };
}

/** One plan a scenario, in the order of the registry. Throws one UsageError with everything that is wrong. */
export async function planMatrix(options: MatrixOptions): Promise<readonly [SessionPlan, ...SessionPlan[]]> {
  const { contracts = [], stores = [], budgetMs = MATRIX_DEFAULTS.budgetMs } = options;
  const all = await Promise.all(Object.values(SCENARIOS).map((load) => load()));
  const known = [...new Set(all.map(({ contract }) => contract.name))];
  const problems = new Set([
    ...contracts
      .filter((contract) => !known.includes(contract))
      .map(
        (contract) =>
          `unknown contract "${contract}"${didYouMean(contract, known)} (known: ${known.join(', ')})`,
      ),
    ...storeProblems(stores),
    ...budgetProblems({ ...options, budgetMs }),
  ]);
  const seed = options.seed ?? randomBytes(3).toString('hex');
  const wanted = contracts.length > 0 ? contracts : known;
  const plans: SessionPlan[] = [];
  for (const scenario of all) {
    if (!wanted.includes(scenario.contract.name) || !(await hasTargetOn(stores, scenario))) continue;
    try {
      plans.push(await planSession({ ...options, budgetMs, seed, scenario, command: 'compare' }));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      for (const problem of error.problems) problems.add(problem);
    }
  }
  const [first, ...rest] = plans;
  if (first === undefined && problems.size === 0) {
    problems.add(`no target of ${wanted.join(', ')} is on ${stores.join(', ')}`);
  }
  demandNone([...problems]);
  if (first === undefined) throw new Error('unreachable: a matrix without a plan is a problem');
  return [first, ...rest];
}

async function hasTargetOn(stores: readonly string[], { contract }: AnyScenario): Promise<boolean> {
  const ids = targetIdsOf(contract.name);
  if (stores.length === 0) return ids.length > 0;
  const targets = await Promise.all(ids.map((id) => loadRegistered(contract.name, id)));
  return targets.some((target) => stores.includes(storesOf(target)[0]!));
}
