import { storesOf } from '../core/target.js';
import { StoreUnavailable } from '../stores/store.js';
import { cellOf, type Cell } from './cell-forecast.js';
import type { AnyTarget } from './choice.js';
import { FEWEST_TRIALS } from './matrix-options.js';
import { serversFor } from './needed-stores.js';
import type { OpenStores } from './open-stores.js';
import type { SessionPlan } from './plan-session.js';
import { timeBudget, type TimeSlice } from './time-budget.js';

/** A target in a plan. */
export interface PlannedTarget {
  readonly plan: SessionPlan;
  readonly target: AnyTarget;
}

/** A time that the targets of some plans share. */
export interface PlansBudget {
  /** Targets that will run, controls that are no rows among them. */
  readonly cells: number;
  slice(plan: SessionPlan, target: AnyTarget): TimeSlice;
  /** See `TimeBudget`. */
  waiting(): readonly PlannedTarget[];
}

/**
 * Divides what is left of `totalMs` over the targets of these plans, all with the same trials. Waits for every store, which is
 * part of the time and nobody's share. `now`: monotonic milliseconds.
 */
export async function plansBudget(
  plans: readonly [SessionPlan, ...SessionPlan[]],
  stores: OpenStores,
  {
    totalMs,
    beganAt,
    now,
  }: { readonly totalMs: number; readonly beganAt: number; readonly now: () => number },
): Promise<PlansBudget> {
  const planned = await runnable(plans, stores);
  const leftMs = Math.max(0, totalMs - (now() - beganAt));
  const { trials: most } = plans[0].trials;
  const budget = timeBudget(leftMs, [...planned.keys()], { fewest: FEWEST_TRIALS, most }, now);
  const cellOfTarget = (plan: SessionPlan, target: AnyTarget) =>
    [...planned].find(([, one]) => one.plan === plan && one.target.id === target.id)?.[0];
  return {
    cells: planned.size,
    slice: (plan, target) => budget.next(cellOfTarget(plan, target) ?? cellOfPlan(plan, target)),
    waiting: () => budget.waiting().flatMap((cell) => planned.get(cell) ?? []),
  };
}

async function runnable(
  plans: readonly SessionPlan[],
  stores: OpenStores,
): Promise<ReadonlyMap<Cell, PlannedTarget>> {
  const cells = new Map<Cell, PlannedTarget>();
  for (const plan of plans) {
    for (const target of targetsOfPlan(plan)) {
      try {
        await serversFor(target, plan, stores);
        cells.set(cellOfPlan(plan, target), { plan, target });
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
  }
  return cells;
}

/** In the order in which they run: controls that are no rows, then what was named. */
export function targetsOfPlan({ controls, named }: SessionPlan): readonly AnyTarget[] {
  const unnamed = [...new Set(controls.values())].filter((control) => !control.named);
  return [...unnamed, ...named].map(({ target }) => target);
}

export function cellOfPlan({ scenario, parameters }: SessionPlan, target: AnyTarget): Cell {
  return cellOf(scenario, parameters, { id: target.id, store: storesOf(target)[0]! });
}
