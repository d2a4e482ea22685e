import type { AnomalyId } from '../core/anomaly.js';
import { inProcessHost } from '../engine/in-process-host.js';
import type { ProcessHosts } from '../engine/process-host.js';
import { runTarget } from '../engine/run-target.js';
import type { Reaper } from '../process/reaper.js';
import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import { wasTooShort } from '../verdict/judge.js';
import { apiAnnouncement } from './api-announcement.js';
import { expectationOf, type AnyTarget, type ChosenTarget } from './choice.js';
import type { RanTarget } from './compose-report.js';
import { serversFor } from './needed-stores.js';
import type { OpenStores } from './open-stores.js';
import type { SessionOptions } from './options.js';
import { openPlanHosts } from './plan-hosts.js';
import type { SessionPlan } from './plan-session.js';
import { runReferenceFor, vouchable } from './reference-run.js';
import { limitOf } from './slice-limit.js';
import { progressOf, tellSkipped, wordsOf } from './target-progress.js';
import type { TimeSlice } from './time-budget.js';

/** What plans are run with; several may share it, one after the other. */
export interface PlanRunner extends Pick<SessionOptions, 'signal' | 'progress' | 'headStart'> {
  readonly stores: OpenStores;
  readonly reaper: Reaper;
  /** The time of the next target that runs. Default: what its trials take. */
  readonly nextSlice?: (target: AnyTarget) => TimeSlice;
  /** No plan follows on these stores: what is left to be closed after the last trial is handed to this. Default: it is waited for. */
  readonly onClosing?: (closing: Closing) => void;
  /** Why targets were skipped, as far as it was told already. */
  readonly told: Set<string>;
}

/** What is still being closed when a run is over. */
export interface Closing {
  /** Resolves when nobody needs the stores any more. */
  readonly rested: Promise<void>;
  /** Resolves when nothing is left. */
  readonly closed: Promise<void>;
}

/** Runs the controls of a plan, then its targets, each on the stores that it needs. Stops none of them. */
export async function runPlan(plan: SessionPlan, runner: PlanRunner): Promise<readonly RanTarget[]> {
  const controls = [...new Set(plan.controls.values())].filter(({ named }) => !named);
  const hosts = await openPlanHosts([...controls, ...plan.named], plan, runner);
  const ran: RanTarget[] = [];
  // While one target closes, the next is set up.
  let after = Promise.resolve();
  const run = async (chosen: ChosenTarget, role: 'named' | 'control', shows?: readonly AnomalyId[]) => {
    const { closed, ...one } = await runOne(chosen, role, plan, runner, hosts.of(chosen), after, shows);
    after = closed;
    ran.push({ ...one, ...hosts.wordsOf(chosen) });
  };
  const close = async () => {
    await after;
    await hosts.close();
  };
  try {
    for (const control of controls) await run(control, 'control', control.shows);
    for (const chosen of plan.named) {
      await run(chosen, 'named', shownInComparison(chosen, plan));
      const vouched = vouchable(ran.at(-1), plan);
      if (vouched === undefined || runner.signal?.aborted) continue;
      const { closed, ...reference } = await runReferenceFor(vouched, ran, plan, runner, after);
      after = closed;
      ran.push(reference);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const closing = { rested: after, closed: close() };
  if (runner.onClosing === undefined) await closing.closed;
  else runner.onClosing(closing);
  return ran;
}

/** A control that is a row of a comparison is to be caught as well, and not for anything else. */
function shownInComparison(
  { target }: ChosenTarget,
  { command, controls }: SessionPlan,
): readonly AnomalyId[] | undefined {
  if (command !== 'compare') return undefined;
  return [...controls.values()].find((control) => control.target.id === target.id)?.shows;
}

/** What became of one whose share of the budget is nothing: it was not begun. */
const NO_TIME = 'inconclusive, no time for it';

async function runOne(
  chosen: ChosenTarget,
  role: 'named' | 'control',
  plan: SessionPlan,
  runner: PlanRunner,
  hosts: ProcessHosts | undefined,
  after: Promise<void>,
  shows?: readonly AnomalyId[],
): Promise<RanTarget & { readonly closed: Promise<void> }> {
  const { target, file, exec } = chosen;
  const { progress } = runner;
  const head = {
    ...{ target, role },
    ...(file === undefined ? {} : { file }),
    ...(exec === undefined ? {} : { exec }),
  };
  let servers: ReadonlyMap<string, StoreServer>;
  try {
    servers = await serversFor(target, plan, runner.stores);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    tellSkipped(target, error, plan, runner);
    return { ...head, result: { kind: 'skipped', error }, closed: after };
  }
  // A control need be caught only once, also in a comparison that it is no row of.
  const trials = role === 'control' ? { ...plan.trials, stopAtFirstViolation: true } : plan.trials;
  const sent = apiAnnouncement(plan, target);
  if (sent !== undefined) progress?.announce?.(sent);
  const claim = expectationOf(target, plan);
  const slice = runner.nextSlice?.(target);
  const hasTime = slice === undefined || slice.mostMs > 0;
  if (hasTime && !runner.signal?.aborted) progress?.targetStarted(target.id, role, trials.trials);
  const tell = progressOf(progress);
  const limit = slice && limitOf(slice, trials.fewest ?? trials.trials);
  const { result, closed } = await runTarget({
    scenario: plan.scenario,
    parameters: plan.parameters,
    target: chosen.source ?? { kind: 'registry', contract: target.contract, id: target.id },
    openHost: hosts?.open ?? inProcessHost(target),
    servers,
    plan: trials,
    ...(shows === undefined ? {} : { shows }),
    ...(claim === undefined ? {} : { claim }),
    start: plan.start,
    seed: plan.seed,
    timeoutMs: plan.timeoutMs,
    processes: plan.processes,
    // It costs the store a little: a gate does without.
    watchesWaits: plan.command === 'compare',
    after,
    isLast: runner.onClosing !== undefined && hosts !== undefined && isLastOfOurs(chosen, plan),
    signal: runner.signal ?? new AbortController().signal,
    ...(limit === undefined ? {} : { limit: limit.limit }),
    onReady: () => {
      slice?.ready();
      limit?.trialBegins(0);
    },
    onTrial: (trial) => {
      slice?.trialDone();
      limit?.trialBegins(trial.trial + 1);
      tell(trial);
    },
  }).finally(() => limit?.release());
  slice?.end(
    result.kind === 'judged'
      ? { ...result.judgement.trials, tooFew: wasTooShort(result.judgement) }
      : undefined,
  );
  if (!runner.signal?.aborted) {
    progress?.targetDone(target.id, hasTime ? wordsOf(result, target, plan) : NO_TIME);
  }
  const httpVersion = servers.get('http')?.httpVersion?.();
  return {
    ...head,
    ...{ result, closed },
    ...(httpVersion === undefined ? {} : { httpVersion }),
    ...(slice === undefined ? {} : { time: { shareMs: slice.shareMs, usedMs: slice.usedMs() } }),
  };
}

/** Nothing of ours runs after it: an API may be followed by the server that vouches for it. */
function isLastOfOurs(chosen: ChosenTarget, { named }: SessionPlan): boolean {
  return chosen === named.at(-1) && chosen.source?.kind === 'registry' && chosen.target.api === undefined;
}
