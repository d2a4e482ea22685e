import type { HistoryEvent, NoteKind } from '../core/history.js';
import type { Json } from '../core/json.js';

/**
 * Events in short, one a line: `time process invoke|ok operation json`, `time process fail|info operation code`, or
 * `time process read|write|lock-... json` for a note. The client is the process.
 */
export function events(notation: string): HistoryEvent[] {
  return notation
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(eventOf);
}

function eventOf(line: string): HistoryEvent {
  const [time, number, type = '', ...rest] = line.split(' ');
  const process = Number(number);
  const common = { timeNs: Number(time), process, client: process };
  if (type === 'invoke' || type === 'ok') {
    return { ...common, type, f: rest[0] ?? '', value: parse(rest.slice(1)) };
  }
  if (type === 'fail' || type === 'info') {
    return { ...common, type, f: rest[0] ?? '', error: { code: rest[1] ?? 'timeout', message: line } };
  }
  const fields = parse(rest) as Readonly<Record<string, Json>>;
  return { ...common, type: 'note', kind: type as NoteKind, fields };
}

function parse(words: readonly string[]): Json {
  return words.length === 0 ? null : (JSON.parse(words.join(' ')) as Json);
}
