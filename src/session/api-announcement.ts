import { MOST_GETS_A_BURST } from '../http/http1-decoys.js';
import { whole } from '../report/numbers.js';
import { durationWords, plural } from '../report/words.js';
import { cellOf } from './cell-forecast.js';
import type { AnyTarget } from './choice.js';
import type { SessionPlan } from './plan-session.js';

/**
 * What will be sent to an API that was not started for this run, to be said before the first request: it belongs to somebody,
 * and its data are reset. Undefined for every other target. A burst from the command line says it in words of its own.
 */
export function apiAnnouncement(plan: SessionPlan, target: AnyTarget): string | undefined {
  const { api } = target;
  if (api === undefined || api.start !== undefined || api.exchange === undefined) return undefined;
  return `To ${String(api.baseUrl)} ${sent(plan, target)}. ${around(plan)}`;
}

function sent(plan: SessionPlan, target: AnyTarget): string {
  const { scenario, parameters, load, trials } = plan;
  const most = trials.trials * 2;
  const each = `${plural(trials.trials, 'trial')} (${whole(most)} where some prove nothing)`;
  if (load !== undefined) {
    const { connections, amount, durationMs } = load;
    const much = amount === undefined ? `for ${durationWords(durationMs ?? 0)}` : `${whole(amount)} of them`;
    return `go requests of ${scenario.name} over ${plural(connections, 'connection')}, ${much}, in up to ${each}`;
  }
  const { attempts } = cellOf(scenario, parameters, { id: target.id, store: 'http' });
  return `go ${plural(attempts, 'request')} of ${scenario.name} at once, in up to ${each}: at most ${plural(attempts * most, 'request')}`;
}

/** Load engines connect by themselves. */
function around({ load, k6 }: SessionPlan): string {
  const probes = `GET requests warm up each connection, time the server, and keep it busy right before a burst, up to ${MOST_GETS_A_BURST} a trial`;
  const isOurs = load === undefined && k6 === undefined;
  return `Before each trial its state is reset, after each it is read${isOurs ? `; ${probes}` : ''}.`;
}
