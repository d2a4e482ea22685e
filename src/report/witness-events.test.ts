import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../core/history.js';
import { lostUpdateEvents } from './report.fixture.js';
import { witnessEvents } from './witness-events.js';

describe('witnessEvents', () => {
  it('puts events in words, in their order, each once', () => {
    expect(witnessEvents(lostUpdateEvents, [5, 2, 2])).toEqual([
      { index: 2, timeMs: 0.611, client: 4, text: 'read product=1 stock=17' },
      { index: 5, timeMs: 1.69, client: 4, text: 'ok result=ordered' },
    ]);
  });

  it('has words for a failure, for a lock and for values of any shape', () => {
    const at = { timeNs: 1_000_000, process: 0, client: 0 };
    const events: readonly HistoryEvent[] = [
      { ...at, type: 'fail', f: 'pay', error: { code: '40001', message: 'try again' } },
      { ...at, type: 'note', kind: 'lock-acquired', fields: { key: 'two words', ms: null } },
      { ...at, type: 'invoke', f: 'pay', value: 7 },
      { ...at, type: 'ok', f: 'pay', value: null },
    ];
    expect(witnessEvents(events, [0, 1, 2, 3]).map(({ text }) => text)).toEqual([
      'fail 40001: try again',
      'lock acquired key="two words" ms=null',
      'pay 7',
      'ok nothing',
    ]);
  });

  it('leaves out what the history does not have, and what is too much', () => {
    expect(witnessEvents(lostUpdateEvents, [99])).toEqual([]);
    const many = Array.from({ length: 100 }, () => lostUpdateEvents[0] as HistoryEvent);
    expect(
      witnessEvents(
        many,
        many.map((_, index) => index),
      ),
    ).toHaveLength(24);
  });
});
