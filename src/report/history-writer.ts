import type { HistoryEvent, OpenTransaction } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { HistoryHeader } from './history-lines.js';
import { redact } from './redact.js';

/** What a history file holds beside its format and version. */
export interface RecordedTrial {
  readonly header: Omit<HistoryHeader, 'format' | 'version'>;
  readonly events: readonly HistoryEvent[];
  readonly final: Json;
  readonly openTransactions: readonly OpenTransaction[];
}

/**
 * The whole text of a `history.jsonl`: header, one event a line, final state.
 * Passwords are taken out of messages and statements only; inputs and outcomes are evidence and stay as they were.
 */
export function writeHistory({ header, events, final, openTransactions }: RecordedTrial): string {
  const lines = [JSON.stringify({ format: 'race-check-history', version: 1, ...header })];
  for (const event of events) lines.push(JSON.stringify(withoutPassword(event)));
  const sessions = openTransactions.map((session) => ({
    ...session,
    lastStatement: redact(session.lastStatement),
  }));
  lines.push(JSON.stringify({ type: 'final', value: final, openTransactions: sessions }));
  return `${lines.join('\n')}\n`;
}

function withoutPassword(event: HistoryEvent): HistoryEvent {
  if (event.type !== 'fail' && event.type !== 'info') return event;
  return { ...event, error: { ...event.error, message: redact(event.error.message) } };
}
