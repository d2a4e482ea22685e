import type { ContractTypes } from '../core/contract.js';
import { storesOf } from '../core/target.js';
import type { TrialResult } from '../core/verdict.js';
import type { TargetRunResult } from '../engine/run-target.js';
import type { StoreUnavailable } from '../stores/store.js';
import type { AnyTarget } from './choice.js';
import { withDoubts } from './doubts.js';
import type { SessionProgress } from './options.js';
import type { SessionPlan } from './plan-session.js';
import type { PlanRunner } from './run-plan.js';

/** Tells of each trial of one target how many there were, and how many of them were violated. */
export function progressOf(progress: SessionProgress | undefined): (result: TrialResult) => void {
  let done = 0;
  let violated = 0;
  return ({ findings }) => {
    done += 1;
    if (findings.some((finding) => finding.grade === 'violation')) violated += 1;
    progress?.trialDone(done, violated);
  };
}

/** What became of a target, in a few words. */
export function wordsOf(
  result: TargetRunResult<ContractTypes>,
  target: AnyTarget,
  plan: SessionPlan,
): string {
  return result.kind === 'judged'
    ? withDoubts(target, result.judgement, plan).verdict
    : `could not run: ${result.error.message}`;
}

/** Aloud, but once: in a comparison, for all targets that are skipped for the same reason. */
export function tellSkipped(
  target: AnyTarget,
  error: StoreUnavailable,
  plan: SessionPlan,
  { progress, told, stores }: Pick<PlanRunner, 'progress' | 'told' | 'stores'>,
): void {
  const { store, remedy } = error;
  const reason = error.message.replace(/\.$/, '');
  const cause = `${store}: ${reason}`;
  if (told.has(cause)) return;
  told.add(cause);
  const alike = plan.named.filter((other) => storesOf(other.target).includes(store));
  const needed = stores.opened().has(store) ? (target.needs ?? []) : [];
  const what =
    alike.length < 2
      ? `${target.id} is skipped`
      : needed.length > 0
        ? `what needs ${needed.join(' and ')} on ${store} is skipped`
        : `${store} is skipped`;
  progress?.note(`${what}: ${reason}. ${remedy}`);
}
