import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { AnomalyId } from '../core/anomaly.js';
import type { ContractTypes } from '../core/contract.js';
import { storesOf } from '../core/target.js';
import type { TrialResult } from '../core/verdict.js';
import { inProcessHost } from '../engine/in-process-host.js';
import { processHost } from '../engine/process-host.js';
import { runTarget, type TargetRunResult, type ViolatedTrial } from '../engine/run-target.js';
import { openReaper, type Reaper } from '../process/reaper.js';

import type { Report } from '../report/report.js';
import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import type { ChosenTarget } from './choice.js';
import { composeReport, type RanTarget } from './compose-report.js';
import { openStores, type OpenStores } from './open-stores.js';
import type { SessionOptions, SessionProgress } from './options.js';
import { planSession, type SessionPlan } from './plan-session.js';

/** What one invocation found out: the report, and what does not fit into it. */
export interface SessionResult {
  readonly report: Report;
  /** By target id. */
  readonly violations: ReadonlyMap<string, ViolatedTrial<ContractTypes>>;
  /** What went wrong while cleaning up; for people. */
  readonly leftovers: readonly string[];
}

/** Targets see at most this many connections besides those of their clients: workers, set-up, reads. */
const SPARE_CONNECTIONS = 16;
const WORKER_ENTRY = fileURLToPath(new URL('./worker-process.js', import.meta.url));

/**
 * One invocation: finds scenario, targets and controls, gives each target a real store, runs its trials, and reports.
 * Writes nothing and never exits. `wallClock` is asked for the report's dates only.
 * Throws UsageError for what does not make sense, before anything is started.
 */
export async function runSession(options: SessionOptions, wallClock: () => Date): Promise<SessionResult> {
  const plan = await planSession(options);
  const startedAt = wallClock();
  const reaper = openReaper();
  const connections = (plan.parameters.clients ?? 0) + SPARE_CONNECTIONS;
  const stores = openStores(options, plan.runId, connections, reaper);
  const ran: RanTarget[] = [];
  try {
    stores.prepare([...plan.named, ...plan.controls.values()].flatMap(({ target }) => storesOf(target)));
    for (const control of plan.controls.values()) {
      if (!control.named)
        ran.push(await runOne(control, 'control', plan, options, stores, reaper, control.shows));
    }
    for (const chosen of plan.named) {
      ran.push(await runOne(chosen, 'named', plan, options, stores, reaper));
    }
  } catch (error) {
    await stores.stop(options.keepLogsIn);
    reaper.close();
    throw error;
  }
  const failed = ran.some(({ result }) => result.kind === 'could-not-run' || isUnexplained(result));
  const environment = environmentOf(stores.opened());
  const leftovers = await stores.stop(failed ? options.keepLogsIn : undefined);
  reaper.close();
  return {
    report: composeReport({
      plan,
      ran,
      startedAt,
      finishedAt: wallClock(),
      interrupted: options.signal?.aborted ?? false,
      environment,
      required: options.required ?? [],
      strict: options.strict ?? false,
    }),
    violations: violationsOf(ran),
    leftovers,
  };
}

async function runOne(
  chosen: ChosenTarget,
  role: 'named' | 'control',
  plan: SessionPlan,
  options: SessionOptions,
  stores: OpenStores,
  reaper: Reaper,
  shows?: readonly AnomalyId[],
): Promise<RanTarget> {
  const { target } = chosen;
  const { progress } = options;
  let servers: ReadonlyMap<string, StoreServer>;
  try {
    servers = await stores.need(storesOf(target));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const reason = error.message.replace(/\.$/, '');
    progress?.note(`${target.id} is skipped: ${reason}. ${error.remedy}`);
    return { target, role, result: { kind: 'skipped', error } };
  }
  // A control need be caught only once, also in a comparison that it is no row of.
  const trials = role === 'control' ? { ...plan.trials, stopAtFirstViolation: true } : plan.trials;
  progress?.targetStarted(target.id, role, trials.trials);
  const result = await runTarget({
    scenario: plan.scenario,
    parameters: plan.parameters,
    target: chosen.source ?? { kind: 'registry', contract: target.contract, id: target.id },
    openHost:
      plan.isolation === 'none' || chosen.source === undefined
        ? inProcessHost(target)
        : processHost(WORKER_ENTRY, reaper),
    servers,
    plan: trials,
    ...(shows === undefined ? {} : { shows }),
    start: plan.start,
    seed: plan.seed,
    timeoutMs: plan.timeoutMs,
    processes: 1,
    signal: options.signal ?? new AbortController().signal,
    onTrial: progressOf(progress),
  });
  progress?.targetDone(target.id, wordsOf(result));
  return { target, role, result };
}

function progressOf(progress: SessionProgress | undefined): (result: TrialResult) => void {
  let done = 0;
  let violated = 0;
  return ({ findings }) => {
    done += 1;
    if (findings.some((finding) => finding.grade === 'violation')) violated += 1;
    progress?.trialDone(done, violated);
  };
}

function wordsOf(result: TargetRunResult<ContractTypes>): string {
  return result.kind === 'judged' ? result.judgement.verdict : `could not run: ${result.error.message}`;
}

function isUnexplained(result: RanTarget['result']): boolean {
  return result.kind === 'judged' && result.judgement.verdict === 'inconclusive';
}

function violationsOf(ran: readonly RanTarget[]): Map<string, ViolatedTrial<ContractTypes>> {
  const violations = new Map<string, ViolatedTrial<ContractTypes>>();
  for (const { target, result } of ran) {
    if (result.kind === 'judged' && result.firstViolation) violations.set(target.id, result.firstViolation);
  }
  return violations;
}

function environmentOf(servers: ReadonlyMap<string, StoreServer>): Report['environment'] {
  const cpus = os.cpus();
  return {
    node: process.version,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    stores: Object.fromEntries(
      [...servers].map(([store, { description, environment }]) => [store, { description, ...environment }]),
    ),
  };
}
