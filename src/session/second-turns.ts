import type { PlannedTarget, PlansBudget } from './budgeted.js';
import type { RanPlan } from './compose-matrix.js';
import type { RanTarget } from './compose-report.js';
import type { SessionProgress } from './options.js';
import type { SessionPlan } from './plan-session.js';
import { runPlan, type PlanRunner } from './run-plan.js';

/**
 * Whoever had too little time in its turn has another one, from the beginning, out of what the others left: first who needs
 * least of it, and nobody twice. Forecasts are worst for who comes first, and for who waits for locks until a limit: what it
 * takes is known afterwards. What is judged then stands; else whichever turn had more trials.
 */
export async function secondTurns(
  columns: readonly RanPlan[],
  budget: PlansBudget,
  runner: Omit<PlanRunner, 'headStart' | 'progress'>,
  progressOf: (plan: SessionPlan) => SessionProgress | undefined,
): Promise<readonly RanPlan[]> {
  const had = new Set<string>();
  const all = [...columns];
  for (;;) {
    const next = budget.waiting().find((one) => !had.has(nameOf(one)));
    if (next === undefined || runner.signal?.aborted) return all;
    had.add(nameOf(next));
    const place = all.findIndex(({ plan }) => plan === next.plan);
    const again = await runPlan(planFor(next), {
      ...runner,
      progress: progressOf(next.plan),
      nextSlice: (target) => budget.slice(next.plan, target),
    });
    const { plan, ran } = all[place]!;
    all[place] = { plan, ran: merged(ran, again) };
  }
}

/** Said before what begins once more. */
export const ONCE_MORE = 'once more: ';

function nameOf({ plan, target }: PlannedTarget): string {
  return `${target.id} in ${plan.scenario.name}`;
}

/** The plan for this one alone: no other control runs again. */
function planFor({ plan, target }: PlannedTarget): SessionPlan {
  const controls = [...plan.controls].map(
    ([of, control]) => [of, { ...control, named: control.named || control.target.id !== target.id }] as const,
  );
  return {
    ...plan,
    named: plan.named.filter((one) => one.target.id === target.id),
    controls: new Map(controls),
  };
}

function merged(ran: readonly RanTarget[], again: readonly RanTarget[]): readonly RanTarget[] {
  const kept = ran.map((one) => {
    const other = again.find(({ target, role }) => target.id === one.target.id && role === one.role);
    return other === undefined ? one : further(one, other);
  });
  const added = again.filter(({ target }) => ran.every((one) => one.target.id !== target.id));
  return [...kept, ...added];
}

/** A violation may be seen in the first trial of a turn, and is not given up for more trials of one that decided nothing. */
export function further(one: RanTarget, other: RanTarget): RanTarget {
  const better = isDecided(other) || trialsOf(other) > trialsOf(one) ? other : one;
  const time = {
    shareMs: (one.time?.shareMs ?? 0) + (other.time?.shareMs ?? 0),
    usedMs: (one.time?.usedMs ?? 0) + (other.time?.usedMs ?? 0),
  };
  return { ...better, time };
}

function isDecided({ result }: RanTarget): boolean {
  return result.kind === 'judged' && result.judgement.verdict !== 'inconclusive';
}

function trialsOf({ result }: RanTarget): number {
  return result.kind === 'judged' ? result.judgement.trials.run : 0;
}
