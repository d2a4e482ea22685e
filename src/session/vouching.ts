import type { AnomalyId } from '../core/anomaly.js';
import { clientsOf } from '../core/scenario.js';
import type { Judgement } from '../core/verdict.js';
import type { SessionPlan } from './plan-session.js';

/** What is caught of the racy server: more than one client was given its one thing. */
export const REFERENCE_SHOWS: readonly AnomalyId[] = ['broken-expectation'];

/**
 * Why the requests of a run were not close enough together for a race within an operation; undefined if they were: in trials
 * with a simultaneous start one arrived before the fastest operation could have ended since the one before.
 *
 * The distance is the mean from one arrival to the next, and not that of the first to the last: for a race two must meet, and
 * the fiftieth of a hundred need not meet the first. Where the server tells of arrivals, theirs count; else it is how far apart
 * they left.
 */
export function tooFarApart(
  judgement: Judgement,
  clients: number,
  kind: 'fastest' | 'typical' = 'fastest',
): string | undefined {
  const spread = judgement.arrivalSpreadMs ?? judgement.firstRequestSpreadMs;
  const tookMs = kind === 'fastest' ? judgement.latencyMs?.min : judgement.latencyMs?.p50;
  if (tookMs === undefined || clients < 2) return undefined;
  if (spread === undefined)
    return 'no trial with a simultaneous start tells how close together requests arrive';
  const apartMs = spread.median / (clients - 1);
  if (apartMs < tookMs) return undefined;
  return `requests arrived ${apartMs.toFixed(2)} ms apart, and the ${kind} operation took ${tookMs.toFixed(2)} ms: they hardly met`;
}

/**
 * The same for a run as it was planned. A load may end before it has come to all of its clients; and the fastest of many
 * thousand operations is one that met nobody, such as the last: there the typical one counts.
 */
export function hardlyMet(
  judgement: Judgement,
  { scenario, parameters, load }: Pick<SessionPlan, 'scenario' | 'parameters' | 'load'>,
): string | undefined {
  if (load === undefined) return tooFarApart(judgement, clientsOf(scenario, parameters));
  const { ok, fail, info } = judgement.operations;
  return tooFarApart(judgement, (ok + fail + info) / Math.max(1, judgement.trials.run), 'typical');
}
