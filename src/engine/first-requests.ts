import type { HistoryEvent } from '../core/history.js';
import type { ClientPlan } from './protocol.js';

/**
 * How far apart the first requests of the clients reached the store, in nanoseconds, beyond what was planned: each is taken
 * as so much later than its client was to begin. It tells what became of the barrier, between processes too: clients that
 * begin one after the other hardly race. `undefined` where fewer than two clients sent a request.
 */
export function firstRequestSpreadNs(
  plans: readonly ClientPlan[],
  events: readonly HistoryEvent[],
): number | undefined {
  const first = new Map<number, number>();
  for (const event of events) {
    if (event.type !== 'ok' && event.type !== 'fail' && event.type !== 'info') continue;
    if (event.span === undefined) continue;
    const { client, span } = event;
    first.set(client, Math.min(span.firstRequestNs, first.get(client) ?? Infinity));
  }
  const latenessNs = plans.flatMap(({ client, delayNs, attempts: [attempt] }) => {
    const requestNs = first.get(client);
    return requestNs === undefined ? [] : [requestNs - delayNs - (attempt?.afterMs ?? 0) * 1e6];
  });
  return latenessNs.length < 2 ? undefined : Math.max(...latenessNs) - Math.min(...latenessNs);
}
