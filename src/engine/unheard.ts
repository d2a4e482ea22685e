import type { HistoryEvent } from '../core/history.js';
import type { ClientPlan } from './protocol.js';

/**
 * After a host died: every planned attempt whose answer was not heard becomes `info`, over the whole burst, for it may
 * have been made. An attempt that was not even told of gets a process of its own: it may overlap its client's others.
 */
export function withUnheard(
  events: readonly HistoryEvent[],
  plans: readonly ClientPlan[],
  nextProcess: (client: number) => number,
): readonly HistoryEvent[] {
  const endNs = events.at(-1)?.timeNs ?? 0;
  const error = { code: 'host-lost', message: "the target's process ended before the answer was heard" };
  const untold: HistoryEvent[] = [];
  const ended: HistoryEvent[] = [];
  const byClient = new Map<number, HistoryEvent[]>();
  for (const event of events) {
    const known = byClient.get(event.client);
    if (known === undefined) byClient.set(event.client, [event]);
    else known.push(event);
  }
  for (const { client, attempts } of plans) {
    const own = byClient.get(client) ?? [];
    const invoked = own.filter((event) => event.type === 'invoke');
    const completions = own.filter(isCompletion).length;
    attempts.forEach(({ f, input }, index) => {
      if (index < completions) return;
      const process = invoked[index]?.process ?? nextProcess(client);
      if (index >= invoked.length) {
        untold.push({ type: 'invoke', timeNs: 0, process, client, f, value: input });
      }
      ended.push({ type: 'info', timeNs: endNs, process, client, f, error });
    });
  }
  return [...untold, ...events, ...ended];
}

function isCompletion(event: HistoryEvent): boolean {
  return event.type === 'ok' || event.type === 'fail' || event.type === 'info';
}
