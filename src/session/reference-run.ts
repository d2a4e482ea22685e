import { inProcessHost } from '../engine/in-process-host.js';
import { processHosts } from '../engine/process-host.js';
import { WORKER_ENTRY } from '../engine/worker-start.js';
import type { RanTarget } from './compose-report.js';
import { withDoubts } from './doubts.js';
import type { Vouched } from './http-control.js';
import { livesHere } from './plan-hosts.js';
import type { SessionPlan } from './plan-session.js';
import type { PlanRunner } from './run-plan.js';
import { noWords, sentBy, wordsSaid } from './sent-by.js';
import { progressOf, wordsOf } from './target-progress.js';

/** What the reference server must vouch for: an API that held, and names no control of its own. */
export function vouchable(one: RanTarget | undefined, plan: SessionPlan): Vouched | undefined {
  if (one?.target.api === undefined || plan.controls.has(one.target.id)) return undefined;
  if (one.result.kind !== 'judged') return undefined;
  const { judgement } = one.result;
  const { target, httpVersion = 'http1' } = one;
  return withDoubts(target, judgement, plan).verdict === 'holds'
    ? { target, api: one.target.api, httpVersion, judgement }
    : undefined;
}

/** Runs the reference server under the conditions of an API that held; `ran`: what ran before. */
export async function runReferenceFor(
  vouched: Vouched,
  ran: readonly RanTarget[],
  plan: SessionPlan,
  { progress, reaper, signal }: Pick<PlanRunner, 'progress' | 'reaper' | 'signal'>,
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
