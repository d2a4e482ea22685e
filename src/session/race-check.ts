import type { ContractTypes } from '../core/contract.js';
import type { ViolatedTrial } from '../engine/run-target.js';
import type { Report } from '../report/report.js';
import { announcementOf } from './announcement.js';
import { plansBudget, targetsOfPlan } from './budgeted.js';
import { composeReport, type RanTarget } from './compose-report.js';
import { requiredStores } from './missed-stores.js';
import type { SessionOptions } from './options.js';
import { placed, placeOf } from './placed-progress.js';
import { planSession } from './plan-session.js';
import { runPlan } from './run-plan.js';
import { ONCE_MORE, secondTurns } from './second-turns.js';
import { withStores } from './with-stores.js';

/** What one invocation found out: the report, and what does not fit into it. */
export interface SessionResult {
  readonly report: Report;
  /** By target id. */
  readonly violations: ReadonlyMap<string, ViolatedTrial<ContractTypes>>;
  /** Resolves when nothing of the run is left, with what went wrong while cleaning up; for people. */
  readonly stopped: Promise<readonly string[]>;
}

/**
 * One invocation: finds scenario, targets and controls, gives each target a real store, runs its trials, and reports.
 * Writes nothing and never exits. `wallClock` is asked for the report's dates only.
 * Throws UsageError for what does not make sense, before anything is started.
 */
export async function runSession(options: SessionOptions, wallClock: () => Date): Promise<SessionResult> {
  const plan = await planSession(options);
  const startedAt = wallClock();
  const now = () => performance.now();
  const beganAt = now();
  const { budgetMs } = plan;
  const { value, environment, stopped } = await withStores(
    options,
    [plan],
    async (stores, reaper, onClosing) => {
      const targets = targetsOfPlan(plan).length;
      const { signal, headStart } = options;
      if (plan.command === 'compare') options.progress?.announce?.(announcementOf(plan));
      const progress = targets > 1 ? placed(options.progress, placeOf(targets)) : options.progress;
      const shared = { stores, reaper, signal, told: new Set<string>() };
      const runner = { ...shared, progress, headStart };
      if (budgetMs === undefined) {
        return { ran: await runPlan(plan, { ...runner, onClosing }), usedMs: now() - beganAt };
      }
      const budget = await plansBudget([plan], stores, { totalMs: budgetMs, beganAt, now });
      const ran = await runPlan(plan, { ...runner, nextSlice: (target) => budget.slice(plan, target) });
      const [column] = await secondTurns([{ plan, ran }], budget, shared, () =>
        placed(options.progress, () => ONCE_MORE),
      );
      return { ran: column?.ran ?? ran, usedMs: now() - beganAt };
    },
  );
  const { ran, usedMs } = value;
  return {
    report: composeReport({
      plan,
      ran,
      startedAt,
      finishedAt: wallClock(),
      interrupted: options.signal?.aborted ?? false,
      environment,
      required: requiredStores(options, ran, environment),
      strict: options.strict ?? false,
      limits: options.limits,
      ...(budgetMs === undefined ? {} : { budget: { totalMs: budgetMs, usedMs } }),
    }),
    violations: violationsOf(ran),
    stopped,
  };
}

function violationsOf(ran: readonly RanTarget[]): Map<string, ViolatedTrial<ContractTypes>> {
  const violations = new Map<string, ViolatedTrial<ContractTypes>>();
  for (const { target, result } of ran) {
    if (result.kind === 'judged' && result.firstViolation) violations.set(target.id, result.firstViolation);
  }
  return violations;
}
