import type { ContractTypes } from '../core/contract.js';
import type { ViolatedTrial } from '../engine/run-target.js';
import type { Report } from '../report/report.js';
import { composeReport, type RanTarget } from './compose-report.js';
import type { SessionOptions } from './options.js';
import { planSession } from './plan-session.js';
import { runPlan } from './run-plan.js';
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
  const { signal, progress, headStart } = options;
  const { value, environment, stopped } = await withStores(
    options,
    [plan],
    async (stores, reaper, onClosing) => ({
      ran: await runPlan(plan, { stores, reaper, signal, progress, headStart, onClosing, told: new Set() }),
    }),
  );
  const { ran } = value;
  return {
    report: composeReport({
      plan,
      ran,
      startedAt,
      finishedAt: wallClock(),
      interrupted: signal?.aborted ?? false,
      environment,
      required: options.required ?? [],
      strict: options.strict ?? false,
      limits: options.limits,
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
