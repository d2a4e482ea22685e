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
 * the fiftieth of a hundred need not meet the first. Where the server tells of arrivals, it is believed that they were further
 * apart than they left, and not that they were closer: a clock of whole seconds, or a time that some cache put into every answer,
 * says that all arrived at once.
 */
export function tooFarApart(
  judgement: Judgement,
  clients: number,
  kind: 'fastest' | 'typical' = 'fastest',
): string | undefined {
  const leftMs = judgement.firstRequestSpreadMs?.median;
  const arrivedMs = judgement.arrivalSpreadMs?.median ?? 0;
  const tookMs = kind === 'fastest' ? judgement.latencyMs?.min : judgement.latencyMs?.p50;
  if (tookMs === undefined || clients < 2) return undefined;
  if (leftMs === undefined)
    return 'no trial with a simultaneous start tells how close together requests arrive';
  const apartMs = Math.max(leftMs, arrivedMs) / (clients - 1);
  if (apartMs < tookMs) return undefined;
  const word = arrivedMs > leftMs ? " by the server's own word" : '';
  return `requests arrived ${apartMs.toFixed(2)} ms apart${word}, and the ${kind} operation took ${tookMs.toFixed(2)} ms: they hardly met`;
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
