import { describe, expect, it } from 'vitest';
import { toHistory } from '../checkers/history.js';
import type { HistoryEvent, NoteKind } from '../core/history.js';
import { notedWaits } from './lock-waits.js';

/** Each line of a client: when it asked, got, let go of a lock, and was answered; `-` where it never did. */
function waitsOf(...lines: readonly string[]) {
  const events: HistoryEvent[] = lines.flatMap((line) => {
    const [client = 0, requested, acquired, released, answered = 0] = line.split(' ').map(Number);
    const of = { client, process: client };
    const note = (kind: NoteKind, timeNs: number | undefined): HistoryEvent[] =>
      timeNs === undefined || Number.isNaN(timeNs)
        ? []
        : [{ type: 'note', kind, timeNs, ...of, fields: { key: 'the lock' } }];
    return [
      { type: 'invoke', f: 'use', value: null, timeNs: 0, ...of } as const,
      ...note('lock-requested', requested),
      ...note('lock-acquired', acquired),
      ...note('lock-released', released),
      { type: 'ok', f: 'use', value: null, timeNs: answered, ...of } as const,
    ];
  });
  events.sort((a, b) => a.timeNs - b.timeNs);
  return notedWaits(toHistory({ initial: null, events, final: null, openTransactions: [] }));
}

describe('waits for locks, from notes', () => {
  it('are none without notes', () => {
    expect(waitsOf('0 - - - 5', '1 - - - 9')).toEqual({ lockWaitsNs: [], waitedFor: [] });
  });

  it('last from the request to the lock, and were for whoever held it meanwhile', () => {
    const { lockWaitsNs, waitedFor } = waitsOf('0 1 2 10 11', '1 3 12 20 21', '2 4 22 30 31');
    expect([...lockWaitsNs].sort((a, b) => a - b)).toEqual([1, 9, 18]);
    expect(waitedFor).toEqual([
      { waiter: 1, holder: 0, samples: 1, seenBy: 'notes' },
      { waiter: 2, holder: 0, samples: 1, seenBy: 'notes' },
      { waiter: 2, holder: 1, samples: 1, seenBy: 'notes' },
    ]);
  });

  it('end with the operation for one who never got it', () => {
    const { lockWaitsNs, waitedFor } = waitsOf('0 1 2 40 41', '1 3 - - 33');
    expect(lockWaitsNs).toContain(30);
    expect(waitedFor).toEqual([{ waiter: 1, holder: 0, samples: 1, seenBy: 'notes' }]);
  });

  it('are all counted, but looked up for a sample where a thousand queue for one lock', () => {
    const queue = Array.from(
      { length: 1_000 },
      (_, place) => `${place} 1 ${place * 10 + 2} ${place * 10 + 9} 10000`,
    );
    const { lockWaitsNs, waitedFor } = waitsOf(...queue);
    expect(lockWaitsNs).toHaveLength(1_000);
    expect(waitedFor.length).toBeGreaterThan(100);
    expect(waitedFor.length).toBeLessThanOrEqual(2_000);
  });

  it('were for nobody who had let go before, or who got it afterwards', () => {
    expect(waitsOf('0 1 2 3 4', '1 5 6 7 8', '2 9 10 11 12').waitedFor).toEqual([]);
  });
});
