import { parsedBody } from '../burst/body.js';
import type { BurstDefinition } from '../burst/definition.js';
import { openExpressionThread } from '../burst/expression-thread.js';
import { startRacyServer } from '../burst/racy-server.js';
import { burstScenario } from '../burst/scenario.js';
import { burstTarget } from '../burst/target.js';
import type { Api, ApiExchange } from '../core/api.js';
import { clientsOf } from '../core/scenario.js';
import type { Judgement } from '../core/verdict.js';
import type { OpenHost } from '../engine/host-link.js';
import { runTarget, type EndedRun } from '../engine/run-target.js';
import type { TargetSource } from '../engine/protocol.js';
import type { Reaper } from '../process/reaper.js';
import type { HttpVersion } from '../stores/http/http-version.js';
import { openHttp } from '../stores/http/server.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import type { ContractTypes } from '../core/contract.js';
import type { SessionPlan } from './plan-session.js';
import { REFERENCE_SHOWS } from './vouching.js';

const EXPECTED = { kind: 'count', text: '200 = 1', status: '200', comparison: '=', count: 1 } as const;

/**
 * Of the fastest operation. A look and what follows from it lie inside an operation, behind its way to the server and before its
 * way back: to catch a window as long as the whole operation would show too little.
 */
const WINDOW_SHARE = 1 / 2;

/** The run of an API, as far as its control depends on it. */
export interface Vouched {
  readonly target: AnyTarget;
  readonly api: Api;
  readonly httpVersion: HttpVersion;
  readonly judgement: Judgement;
}

/** The racy server as a target, with what is said of it. */
export interface Reference {
  readonly target: AnyTarget;
  readonly vouchesFor: string;
  readonly description: string;
}

/** What it is run with. */
export interface ReferenceRunner {
  readonly plan: SessionPlan;
  readonly reaper: Reaper;
  readonly signal: AbortSignal;
  /** Of the API's run: until then its clients may still be connected. */
  readonly after: Promise<void>;
  openHost(source: TargetSource, target: AnyTarget): { readonly open: OpenHost; close(): Promise<void> };
  onTrial: Parameters<typeof runTarget>[0]['onTrial'];
}

/**
 * Bursts a racy server of ours under the very conditions under which an API held: as many clients, the same technique, kinds of
 * start and number of trials. Its window is half as long as the fastest operation of the API took.
 *
 * An API of somebody's has no naive twin that could be run in its place. What this shows is that such bursts catch a race of
 * such a length; that the API's own window was as long, and that its requests met within it, it cannot show.
 */
export async function runReference(
  { target, api, httpVersion, judgement }: Vouched,
  id: string,
  runner: ReferenceRunner,
): Promise<Reference & EndedRun<ContractTypes>> {
  const { plan, reaper, signal } = runner;
  const windowMs = (judgement.latencyMs?.min ?? 0) * WINDOW_SHARE;
  const server = await startRacyServer({ windowMs, protocol: httpVersion, isEncrypted: isEncrypted(api) });
  try {
    const definition = definitionFor(server.baseUrl, api, plan);
    const racyTarget = burstTarget(definition);
    const reference = {
      ...{ ...racyTarget, id, summary: 'A racy server of ours, not your code.' },
      api: { ...racyTarget.api!, exchange: exchangeOf(definition) },
    };
    const racy = reference as unknown as AnyTarget;
    const hosts = runner.openHost({ kind: 'http', definition }, racy);
    const store = await openHttp({
      ...{ url: undefined, allowRemote: false, runId: plan.runId, connections: 0, reaper },
      api: { target: id, api: reference.api },
    });
    const ended = await runTarget<ContractTypes>({
      scenario: referenceScenario(definition),
      parameters: { clients: clientsOf(plan.scenario, plan.parameters) },
      target: { kind: 'http', definition },
      openHost: hosts.open,
      servers: new Map([['http', store]]),
      plan: { ...plan.trials, stopAtFirstViolation: true },
      shows: REFERENCE_SHOWS,
      ...{ start: plan.start, seed: plan.seed, timeoutMs: plan.timeoutMs, processes: plan.processes },
      ...{ watchesWaits: false, after: runner.after, signal, onTrial: runner.onTrial },
    });
    const closed = ended.closed.then(() => hosts.close()).finally(() => server.stop());
    return {
      target: racy,
      vouchesFor: target.id,
      description: `reference server, not your code${httpVersion === 'http2' ? ', over HTTP/2' : ''}, with a window of ${windowMs.toFixed(2)} ms`,
      ...{ result: ended.result, closed },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function definitionFor(baseUrl: string, { sync = 'auto', holdMs }: Api, plan: SessionPlan): BurstDefinition {
  const headers = { 'Content-Type': 'application/json' };
  return {
    // Nobody vouches for its certificate.
    ...{ baseUrl, sync, insecure: true, timeoutMs: plan.timeoutMs, rows: [], before: [], after: [] },
    requests: [
      { method: 'POST', path: '/take', headers, ...(sendsBody(plan) ? { body: '{"one":true}' } : {}) },
    ],
    reset: [{ method: 'POST', path: '/reset', headers: {} }],
    ...(holdMs === undefined ? {} : { holdMs }),
    ...(hasDecoys(plan) ? {} : { decoyPath: false }),
  };
}

/** A request without a body is held at another place. Of targets that are code it is not known: most have one. */
function sendsBody({ named }: SessionPlan): boolean {
  return named.every(({ source }) => {
    if (source?.kind !== 'http') return true;
    return (source.definition as BurstDefinition).requests.some(({ body }) => body !== undefined);
  });
}

function hasDecoys({ named }: SessionPlan): boolean {
  return named.every(
    ({ source }) => source?.kind !== 'http' || (source.definition as BurstDefinition).decoyPath !== false,
  );
}

/** The same requests for a load engine: it must catch the racy server by sending them itself. */
function exchangeOf({ requests: [request] }: BurstDefinition): ApiExchange {
  const { method, path, headers, body } = request!;
  return {
    request: () => ({ method, path, headers, ...(body === undefined ? {} : { body }) }),
    outcome: (_f, _input, _request, { status, headers: answered, body: text }) => ({
      ...{ status, body: parsedBody(answered['content-type'], text), ms: 0 },
    }),
  };
}

/** Its tally would be columns of a table that is about something else. */
function referenceScenario(definition: BurstDefinition): AnyScenario {
  const scenario = burstScenario(definition, [EXPECTED], openExpressionThread());
  return { ...scenario, tally: () => ({}) } as unknown as AnyScenario;
}

function isEncrypted({ baseUrl }: Api): boolean {
  const url = typeof baseUrl === 'string' ? baseUrl : baseUrl({ port: 443 });
  return url.startsWith('https:');
}
