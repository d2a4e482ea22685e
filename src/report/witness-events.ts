import type { HistoryEvent } from '../core/history.js';
import { compactJson } from './compact-json.js';
import type { WitnessEvent } from './report.js';

/** A finding in a report shows this many events at most; the history file holds all. */
export const MAX_WITNESS_EVENTS = 24;

/** The events that a finding names, in words, in the order of the history; at most the first 24. */
export function witnessEvents(
  events: readonly HistoryEvent[],
  witness: readonly number[],
): readonly WitnessEvent[] {
  return [...new Set(witness)]
    .sort((a, b) => a - b)
    .slice(0, MAX_WITNESS_EVENTS)
    .flatMap((index) => {
      const event = events[index];
      if (event === undefined) return [];
      return [{ index, timeMs: event.timeNs / 1e6, client: event.client, text: eventText(event) }];
    });
}

function eventText(event: HistoryEvent): string {
  switch (event.type) {
    case 'invoke':
      return `${event.f} ${compactJson(event.value)}`;
    case 'ok':
      return `ok ${compactJson(event.value)}`;
    case 'fail':
    case 'info':
      return `${event.type} ${event.error.code}: ${event.error.message}`;
    case 'note':
      return `${event.kind.replace('-', ' ')} ${compactJson(event.fields)}`;
  }
}
