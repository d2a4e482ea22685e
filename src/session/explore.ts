import path from 'node:path';
import { clientsOf } from '../core/scenario.js';
import { storesOf } from '../core/target.js';
import { UsageError } from '../core/usage-error.js';
import { RunNamespaces } from '../engine/run-namespaces.js';
import { chase } from '../engine/trial.js';
import type { HostError } from '../engine/protocol.js';
import { HostFailure } from '../engine/host-failure.js';
import { hostError } from '../engine/failures.js';
import type { Instances } from '../explore/apart.js';
import type { Explored, KeptSchedule, Replayed } from '../explore/explored.js';
import type { Reaper } from '../process/reaper.js';
import type { ExploreReport } from '../report/explore-report.js';
import { StoreUnavailable, type StoreNamespace, type StoreServer } from '../stores/store.js';
import type { ChosenTarget } from './choice.js';
import { composeExplore } from './compose-explore.js';
import type { ExploreOptions } from './explore-options.js';
import { instancesAt, isHeld, whyNotHeld } from './apart.js';
import { runExplorer, type ExplorerRequest } from './explorer.js';
import { explorerProcess, type ExplorerEnd } from './explorer-link.js';
import { serversFor } from './needed-stores.js';
import type { OpenStores } from './open-stores.js';
import { planExplore, type PlannedExplore } from './plan-explore.js';
import { withOpenStores } from './with-stores.js';

/** Room for the pools of an API's instances. */
const API_CONNECTIONS = 100;

/** One target, and what became of exploring it. */
export interface RanExplore {
  readonly chosen: ChosenTarget;
  readonly result:
    | { readonly kind: 'explored'; readonly explored: Explored }
    | { readonly kind: 'replayed'; readonly replayed: Replayed }
    | { readonly kind: 'could-not-run'; readonly error: HostError }
    | { readonly kind: 'skipped'; readonly error: StoreUnavailable };
}

export interface ExploreResult {
  readonly report: ExploreReport;
  /** What went wrong while cleaning up; for people. */
  readonly leftovers: readonly string[];
}

/**
 * Explores: gives each target a real store, holds its clients, and tries one schedule after the other. Writes nothing and
 * never exits. `wallClock` is asked for the report's dates only. Throws UsageError before anything is started.
 */
export async function runExplore(options: ExploreOptions, wallClock: () => Date): Promise<ExploreResult> {
  const planned = await planExplore(options);
  const startedAt = wallClock();
  const { value, environment, stopped } = await onStores(options, planned, (one) => ({
    ...one,
    task: { kind: 'explore', plan: planned.plan },
  }));
  return {
    report: composeExplore({
      ...{ planned, startedAt, environment, ran: value },
      finishedAt: wallClock(),
      interrupted: options.signal?.aborted ?? false,
      required: options.required ?? [],
      strict: options.strict ?? false,
    }),
    leftovers: await stopped,
  };
}

/** Carries out the kept schedule of each target again, so many times. Throws UsageError for a target that has none. */
export async function runReplays(
  options: ExploreOptions,
  schedules: ReadonlyMap<string, KeptSchedule>,
  times: number,
): Promise<{ readonly ran: readonly RanExplore[]; readonly leftovers: readonly string[] }> {
  const planned = await planExplore(options);
  const kept = [...schedules.keys()].join(', ');
  const [first, ...more] = planned.session.named
    .filter(({ target }) => !schedules.has(target.id))
    .map(({ target }) => `expected a target that the report has a schedule of (${kept}), got ${target.id}`);
  if (first !== undefined) throw new UsageError([first, ...more]);
  const { value: ran, stopped } = await onStores(options, planned, (one, { target }) => ({
    ...one,
    task: { kind: 'replay', schedule: schedules.get(target.id)!, times },
  }));
  return { ran, leftovers: await stopped };
}

type Ask = (request: Omit<ExplorerRequest, 'task'>, chosen: ChosenTarget) => ExplorerRequest;

/** Every named target in turn, on stores that they share. */
async function onStores(options: ExploreOptions, planned: PlannedExplore, ask: Ask) {
  const { session } = planned;
  const held = session.named.filter(isHeld);
  const clients = 2 * clientsOf(session.scenario, session.parameters);
  const needs = {
    runId: session.runId,
    stores: [...new Set(held.flatMap(({ target }) => storesOf(target)))],
    clients: held.some(({ target }) => target.api !== undefined)
      ? Math.max(clients, API_CONNECTIONS)
      : clients,
  };
  return withOpenStores(
    options,
    needs,
    async (stores, reaper) => {
      const ran: RanExplore[] = [];
      for (const chosen of session.named) {
        if (options.signal?.aborted && ran.length > 0) break;
        ran.push({ chosen, result: await exploreOne(chosen, planned, { options, stores, reaper, ask }) });
      }
      return ran;
    },
    (ran) =>
      ran.some(
        ({ result }) =>
          result.kind === 'could-not-run' ||
          (result.kind === 'explored' && result.explored.verdict === 'inconclusive'),
      ),
  );
}

interface Means {
  readonly options: ExploreOptions;
  readonly stores: OpenStores;
  readonly reaper: Reaper;
  readonly ask: Ask;
}

async function exploreOne(
  chosen: ChosenTarget,
  { session, plan, scenario }: PlannedExplore,
  { options, stores, reaper, ask }: Means,
): Promise<RanExplore['result']> {
  const { target, source } = chosen;
  const { progress } = options;
  const signal = options.signal ?? new AbortController().signal;
  let servers: ReadonlyMap<string, StoreServer>;
  try {
    const why = whyNotHeld(chosen);
    if (why !== undefined) throw why;
    servers = await serversFor(target, session, stores);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    progress?.note(`${target.id} is skipped: ${error.message.replace(/\.$/, '')}. ${error.remedy}`);
    return { kind: 'skipped', error };
  }
  progress?.targetStarted(
    target.id,
    'named',
    plan.search.kind === 'exhaustive' ? undefined : plan.maxSchedules,
  );
  const namespaces = new RunNamespaces(servers, session.parameters);
  const instances = instancesAt(servers.get('http'), session.parameters);
  try {
    await namespaces.open();
    const request = ask(
      {
        scenario: scenario ?? session.scenario.name,
        ...(options.config && { config: path.resolve(options.cwd ?? process.cwd(), options.config) }),
        target: source ?? { kind: 'registry', contract: target.contract, id: target.id },
        parameters: session.parameters,
        addresses: namespaces.addresses(),
        seed: session.seed,
        timeoutMs: session.timeoutMs,
      },
      chosen,
    );
    const onProgress = (run: number, violated: number) => progress?.trialDone(run, violated);
    const means = { namespaces: namespaces.current, instances, signal, onProgress };
    // What was handed over as an object lives here, and cannot be killed.
    const here = options.isolation !== 'process' || source === undefined || scenario === undefined;
    const end = here
      ? await exploreHere(request, { chosen, session, ...means })
      : await explorerProcess(request, { reaper, ...means });
    const result = await resultOf(end, servers, { session, plan });
    progress?.targetDone(target.id, wordsOf(result));
    return result;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    // A command that does not get ready.
    const result = {
      kind: 'could-not-run',
      error: { kind: 'failure', message: error.words },
    } as const;
    progress?.targetDone(target.id, wordsOf(result));
    return result;
  } finally {
    await instances.stop().catch(() => undefined);
    await namespaces.drop();
  }
}

async function exploreHere(
  request: ExplorerRequest,
  {
    chosen: { target },
    session: { scenario },
    namespaces,
    instances,
    signal,
    onProgress,
  }: {
    readonly chosen: ChosenTarget;
    readonly session: PlannedExplore['session'];
    readonly namespaces: ReadonlyMap<string, StoreNamespace>;
    readonly instances: Instances;
    readonly signal: AbortSignal;
    readonly onProgress: (run: number, violated: number) => void;
  },
): Promise<ExplorerEnd> {
  try {
    return await runExplorer(
      request,
      { scenario, target },
      {
        signal,
        scheduleDone: onProgress,
        connected: () => undefined,
        chase: (connections) => chase(connections, namespaces),
        instances,
      },
    );
  } catch (error) {
    return {
      kind: 'failed',
      error: error instanceof HostFailure ? error.error : hostError(error, 'failure'),
    };
  }
}

/** A server that died, or code that hung, is no mistake of the target: it leaves the question open. */
async function resultOf(
  end: ExplorerEnd,
  servers: ReadonlyMap<string, StoreServer>,
  { session, plan }: Pick<PlannedExplore, 'session' | 'plan'>,
): Promise<RanExplore['result']> {
  const isWell =
    end.kind === 'replayed' || (end.kind === 'explored' && end.explored.verdict !== 'inconclusive');
  const reasons: string[] = [];
  if (!isWell) {
    for (const server of servers.values()) {
      const trouble = await server.trouble();
      if (trouble !== undefined) reasons.push(trouble.words);
    }
  }
  if (end.kind === 'replayed') return end;
  if (end.kind === 'explored') {
    if (reasons.length === 0) return end;
    return {
      kind: 'explored',
      explored: { ...end.explored, reasons: [...reasons, ...end.explored.reasons] },
    };
  }
  if (end.kind === 'failed' && reasons.length === 0) return { kind: 'could-not-run', error: end.error };
  const { run, violated } = end.kind === 'lost' ? end : { run: 0, violated: 0 };
  const clients = clientsOf(session.scenario, session.parameters);
  const told = end.kind === 'lost' ? end.reason : end.error.message;
  return {
    kind: 'explored',
    explored: {
      ...{ verdict: violated > 0 ? 'violated' : 'inconclusive', reasons: [...reasons, told] },
      ...{ search: plan.search, clients, workers: 0, ends: 0, findings: [], searchMs: 0, elapsedMs: 0 },
      schedules: { run, redundant: 0, violated, gaveUp: 0 },
      ...{ isExhaustive: false, isFair: false, cut: [], steps: { fewest: 0, most: 0 } },
    },
  };
}

function wordsOf(result: RanExplore['result']): string {
  if (result.kind === 'explored') return result.explored.verdict;
  if (result.kind === 'replayed') return `reproduced ${result.replayed.reproduced}/${result.replayed.times}`;
  return result.kind === 'could-not-run' ? `could not run: ${result.error.message}` : 'skipped';
}
