import type { AnomalyId } from '../core/anomaly.js';
import type { ContractTypes } from '../core/contract.js';
import { storesOf } from '../core/target.js';
import type { TrialResult } from '../core/verdict.js';
import type { TimeLimit } from '../engine/early-stop.js';
import { execHosts } from '../engine/exec-host.js';
import { inProcessHost } from '../engine/in-process-host.js';
import { processHosts, type ProcessHosts } from '../engine/process-host.js';
import { runTarget, type TargetRunResult } from '../engine/run-target.js';
import { WORKER_ENTRY } from '../engine/worker-start.js';
import type { Reaper } from '../process/reaper.js';
import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import { expectationOf, type AnyTarget, type ChosenTarget } from './choice.js';
import type { RanTarget } from './compose-report.js';
import type { Vouched } from './http-control.js';
import type { OpenStores } from './open-stores.js';
import type { SessionOptions, SessionProgress } from './options.js';
import type { SessionPlan } from './plan-session.js';
import { demandPoints } from './points.js';
import { demandSpreadable } from './processes.js';
import { noWords, sentBy, wordsSaid, type EngineWords } from './sent-by.js';
import type { TimeSlice } from './time-budget.js';
import { apiAnnouncement } from './api-announcement.js';
import { withDoubts } from './doubts.js';
import { wasTooShort } from '../verdict/judge.js';

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

/** While a server starts, the code of so many targets is loaded. More of them would still be at it during the trials. */
const LOADED_AHEAD = 2;

/** Runs the controls of a plan, then its targets, each on the stores that it needs. Stops none of them. */
export async function runPlan(plan: SessionPlan, runner: PlanRunner): Promise<readonly RanTarget[]> {
  const controls = [...new Set(plan.controls.values())].filter(({ named }) => !named);
  const hosts = new Map<ChosenTarget, ProcessHosts>();
  const said = new Map<ChosenTarget, EngineWords>();
  const saidOf = (chosen: ChosenTarget) => {
    const known = said.get(chosen) ?? noWords();
    said.set(chosen, known);
    return known;
  };
  const inOrder = [...controls, ...plan.named];
  const ours = inOrder.flatMap(({ source }) => (source?.kind === 'registry' ? [source] : []));
  // One process for all targets of ours, one after the other: its code is warm when the second begins.
  const forOurs = processHosts(WORKER_ENTRY, runner.reaper, {
    prepare: { type: 'prepare', targets: ours.slice(0, LOADED_AHEAD) },
    reuse: true,
    started: runner.headStart?.worker,
  });
  // A process that was started ahead is for targets of ours, and nobody else's.
  if (ours.length === 0) await forOurs.close();
  for (const chosen of inOrder) {
    if (livesHere(chosen, plan)) continue;
    const { source } = chosen;
    if (source?.kind === 'exec') {
      hosts.set(chosen, execHosts(source, runner.reaper));
      continue;
    }
    // A file of the user's is loaded when its turn has come, and not twice.
    const own = source?.kind === 'registry' ? forOurs : processHosts(WORKER_ENTRY, runner.reaper);
    const { exchange } = chosen.target.api ?? {};
    hosts.set(chosen, sentBy(plan, own, { exchange, reaper: runner.reaper, words: saidOf(chosen) }));
  }
  for (const host of [...hosts.values()].slice(0, LOADED_AHEAD)) host.startAhead();
  const ran: RanTarget[] = [];
  // While one target closes, the next is set up.
  let after = Promise.resolve();
  const run = async (chosen: ChosenTarget, role: 'named' | 'control', shows?: readonly AnomalyId[]) => {
    const { closed, ...one } = await runOne(chosen, role, plan, runner, hosts.get(chosen), after, shows);
    after = closed;
    ran.push({ ...one, ...wordsSaid(saidOf(chosen)) });
  };
  const close = async () => {
    await after;
    for (const host of [...hosts.values(), forOurs]) await host.close();
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

/** What the reference server must vouch for: an API that held, and names no control of its own. */
function vouchable(one: RanTarget | undefined, plan: SessionPlan): Vouched | undefined {
  if (one?.target.api === undefined || plan.controls.has(one.target.id)) return undefined;
  if (one.result.kind !== 'judged') return undefined;
  const { judgement } = one.result;
  const { target, httpVersion = 'http1' } = one;
  return withDoubts(target, judgement, plan).verdict === 'holds'
    ? { target, api: one.target.api, httpVersion, judgement }
    : undefined;
}

async function runReferenceFor(
  vouched: Vouched,
  ran: readonly RanTarget[],
  plan: SessionPlan,
  { progress, reaper, signal }: PlanRunner,
  after: Promise<void>,
): Promise<RanTarget & { readonly closed: Promise<void> }> {
  const earlier = ran.filter(({ vouchesFor }) => vouchesFor !== undefined).length;
  const id = earlier === 0 ? 'http/reference-server' : `http/reference-server-${earlier + 1}`;
  progress?.targetStarted(id, 'control', plan.trials.trials);
  const words = noWords();
  const { runReference } = await import('./http-control.js');
  const reference = await runReference(vouched, id, {
    ...{ plan, reaper, after },
    signal: signal ?? new AbortController().signal,
    openHost: (source, target) =>
      livesHere({ source, target }, plan)
        ? { open: inProcessHost(target), close: () => Promise.resolve() }
        : sentBy(plan, processHosts(WORKER_ENTRY, reaper), {
            exchange: target.api?.exchange,
            reaper,
            words,
          }),
    onTrial: progressOf(progress),
  });
  if (!signal?.aborted) progress?.targetDone(id, wordsOf(reference.result, reference.target, plan));
  return { role: 'control', ...reference, ...wordsSaid(words) };
}

/** It runs in this process: the target is an object of the caller's, or no process of its own was asked for. */
function livesHere({ source }: ChosenTarget, { isolation, processes, k6, load }: SessionPlan): boolean {
  if (source === undefined) return true;
  const byEngine = k6 !== undefined || load !== undefined;
  return isolation === 'none' && processes === 1 && !byEngine && source.kind !== 'exec';
}

/** Every store that the plan asks for. */
export function storesOfPlan(plan: SessionPlan): readonly string[] {
  return [...new Set([...plan.named, ...plan.controls.values()].flatMap(({ target }) => storesOf(target)))];
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

/** Throws StoreUnavailable where a store cannot be had, or cannot do what the target needs, or what the plan asks for. */
export async function serversFor(
  target: AnyTarget,
  { processes, scenario }: Pick<SessionPlan, 'processes' | 'scenario'>,
  stores: OpenStores,
): Promise<ReadonlyMap<string, StoreServer>> {
  demandSpreadable(target, processes);
  demandPoints(target, scenario);
  const servers = await stores.need(target);
  for (const [store, { lacks = {} }] of servers) {
    for (const feature of target.needs ?? []) {
      const lack = lacks[feature];
      if (lack !== undefined) throw new StoreUnavailable(store, lack.reason, lack.remedy);
    }
  }
  return servers;
}

/** Aloud, but once: in a comparison, for all targets that are skipped for the same reason. */
function tellSkipped(
  target: AnyTarget,
  error: StoreUnavailable,
  plan: SessionPlan,
  { progress, told, stores }: PlanRunner,
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

/** Then one trial, or a set-up, may be under way. A client that is cut off in a transaction can keep a server busy for long. */
const GRACE_MS = 5_000;

/** A trial that lasts so many times as long as would still do is given up: the first of many clients may take minutes. */
const HOPELESS = 2;
const SHORTEST_HOPE_MS = 1_000;

function limitOf(
  slice: TimeSlice,
  fewest: number,
): { readonly limit: TimeLimit; trialBegins(done: number): void; release(): void } {
  const cut = new AbortController();
  const { shareMs, mostMs } = slice;
  const atEnd = setTimeout(() => cut.abort(), mostMs + GRACE_MS);
  let inTrial: NodeJS.Timeout | undefined;
  return {
    limit: {
      // Also when one more trial would not fit in.
      isUp: () => slice.usedMs() + slice.trialMs() > shareMs,
      leftMs: () => mostMs - slice.usedMs(),
      cut: cut.signal,
    },
    trialBegins: (done) => {
      clearTimeout(inTrial);
      if (done >= fewest) return;
      const partMs = (mostMs - slice.usedMs()) / (fewest - done);
      inTrial = setTimeout(() => cut.abort(), Math.max(SHORTEST_HOPE_MS, HOPELESS * partMs));
    },
    release: () => {
      clearTimeout(atEnd);
      clearTimeout(inTrial);
    },
  };
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

function wordsOf(result: TargetRunResult<ContractTypes>, target: AnyTarget, plan: SessionPlan): string {
  return result.kind === 'judged'
    ? withDoubts(target, result.judgement, plan).verdict
    : `could not run: ${result.error.message}`;
}
