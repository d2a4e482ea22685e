import { randomBytes } from 'node:crypto';
import { SCENARIOS } from '../../scenarios/index.js';
import { storesOf } from '../core/target.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import type { Matrix } from '../report/matrix-report.js';
import { StoreUnavailable } from '../stores/store.js';
import { cellOf, type Cell } from './cell-forecast.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import { composeMatrix, type RanPlan } from './compose-matrix.js';
import { loadRegistered, targetIdsOf } from './find-targets.js';
import { BUDGET_LIMITS, FEWEST_TRIALS, MATRIX_DEFAULTS, type MatrixOptions } from './matrix-options.js';
import { didYouMean } from './nearest.js';
import type { OpenStores } from './open-stores.js';
import type { SessionProgress } from './options.js';
import { planSession, type SessionPlan } from './plan-session.js';
import { runPlan, serversFor } from './run-plan.js';
import { storeProblems } from './store-problems.js';
import { timeBudget } from './time-budget.js';
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
    const cells = await runnableCells(plans, stores);
    const { trials: most } = plans[0].trials;
    // Starting the servers is part of the budget, and nobody's share.
    const leftMs = Math.max(0, budgetMs - (now() - beganAt));
    const budget = timeBudget(leftMs, cells, { fewest: FEWEST_TRIALS, most }, now);
    const runner = { stores, reaper, signal: options.signal, told: new Set<string>() };
    const columns: RanPlan[] = [];
    let begun = 0;
    for (const plan of plans) {
      const progress = labelled(options.progress, plan, () => `${(begun += 1)}/${cells.length}`);
      const ran = await runPlan(plan, {
        ...runner,
        progress,
        nextSlice: (target) => budget.next(planned(plan, target)),
      });
      columns.push({ plan, ran });
    }
    return { columns, usedMs: now() - beganAt, ran: columns.flatMap((column) => column.ran) };
  });
  return {
    matrix: composeMatrix({
      columns: value.columns,
      budget: { totalMs: budgetMs, usedMs: value.usedMs },
      startedAt,
      finishedAt: wallClock(),
      interrupted: options.signal?.aborted ?? false,
      environment,
      required: options.required ?? [],
    }),
    leftovers: await stopped,
  };
}

/** One plan a scenario, in the order of the registry. Throws one UsageError with everything that is wrong. */
export async function planMatrix(options: MatrixOptions): Promise<readonly [SessionPlan, ...SessionPlan[]]> {
  const { contracts = [], stores = [], budgetMs = MATRIX_DEFAULTS.budgetMs } = options;
  const all = await Promise.all(Object.values(SCENARIOS).map((load) => load()));
  const known = [...new Set(all.map(({ contract }) => contract.name))];
  const { minMs, maxMs } = BUDGET_LIMITS;
  const problems = new Set([
    ...contracts
      .filter((contract) => !known.includes(contract))
      .map(
        (contract) =>
          `unknown contract "${contract}"${didYouMean(contract, known)} (known: ${known.join(', ')})`,
      ),
    ...storeProblems(stores),
    ...(budgetMs >= minMs && budgetMs <= maxMs
      ? []
      : [`expected a budget from 1 s to 24 h, got ${budgetMs / 1_000} s`]),
    ...(options.trials === undefined || options.trials >= FEWEST_TRIALS
      ? []
      : [
          `expected ${FEWEST_TRIALS} trials or more, since no cell is judged on fewer, got ${options.trials}`,
        ]),
  ]);
  const seed = options.seed ?? randomBytes(3).toString('hex');
  const wanted = contracts.length > 0 ? contracts : known;
  const plans: SessionPlan[] = [];
  for (const scenario of all) {
    if (!wanted.includes(scenario.contract.name) || !(await hasTargetOn(stores, scenario))) continue;
    try {
      plans.push(withFewest(await planSession({ ...options, seed, scenario, command: 'compare' })));
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

function withFewest(plan: SessionPlan): SessionPlan {
  const { trials } = plan;
  return {
    ...plan,
    trials: { ...trials, trials: Math.max(FEWEST_TRIALS, trials.trials), fewest: FEWEST_TRIALS },
  };
}

async function hasTargetOn(stores: readonly string[], { contract }: AnyScenario): Promise<boolean> {
  const ids = targetIdsOf(contract.name);
  if (stores.length === 0) return ids.length > 0;
  const targets = await Promise.all(ids.map((id) => loadRegistered(contract.name, id)));
  return targets.some((target) => stores.includes(storesOf(target)[0]!));
}

/** The targets that will run, controls that are no rows among them. Waits for every store: who has one need not start it. */
async function runnableCells(plans: readonly SessionPlan[], stores: OpenStores): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const plan of plans) {
    const controls = [...plan.controls.values()].filter(({ named }) => !named);
    for (const { target } of [...controls, ...plan.named]) {
      try {
        await serversFor(target, plan, stores);
        cells.push(planned(plan, target));
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
  }
  return cells;
}

function planned({ scenario, parameters }: SessionPlan, target: AnyTarget): Cell {
  return cellOf(scenario, parameters, { id: target.id, store: storesOf(target)[0]! });
}

/** Tells which cell of how many begins, and its scenario. */
function labelled(
  progress: SessionProgress | undefined,
  { scenario }: SessionPlan,
  next: () => string,
): SessionProgress | undefined {
  return (
    progress && {
      ...progress,
      targetStarted: (id, role, planned) =>
        progress.targetStarted(`${next()} ${scenario.name} ${id}`, role, planned),
      targetDone: (id, words) => progress.targetDone(`${scenario.name} ${id}`, words),
    }
  );
}
