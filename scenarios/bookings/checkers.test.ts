import { describe, expect, it } from 'vitest';
import { toHistory } from '../../src/checkers/history.js';
import { events } from '../../src/checkers/history-notation.fixture.js';
import { runCheckers } from '../../src/checkers/run-checkers.js';
import { ANOMALIES } from '../../src/core/anomaly.js';
import type { History } from '../../src/core/history.js';
import { bookingCheckers } from './checkers.js';
import { bookings, type Booking, type Bookings, type LeftLock } from './contract.js';
import { lockAge } from './crashed-holder.js';
import { tally } from './tally.js';

const wish = (start = '18:00', guests = 2) =>
  `{"restaurant":1,"table":5,"date":"2026-02-11","start":"${start}","guests":${guests}}`;
const stored = (start: string, end: string, guests = 2): Booking => ({
  ...{ restaurant: 1, table: 5, date: '2026-02-11' },
  ...{ start, end, guests },
});

function history(
  notation: string,
  final: readonly Booking[],
  locks: readonly LeftLock[] = [],
  initial: readonly Booking[] = [],
): History<Bookings> {
  return toHistory<Bookings>({
    initial: { minutes: 90, tables: [{ restaurant: 1, table: 5 }], bookings: [...initial] },
    events: events(notation),
    final: { bookings: [...final], locks: [...locks] },
    openTransactions: [],
  });
}

function anomalies(judged: History<Bookings>): string[] {
  const { findings, crashed } = runCheckers(bookingCheckers, judged);
  expect(crashed).toEqual([]);
  return findings.map(({ anomaly }) => anomaly);
}

const ONE_OF_TWO = `
  0 4 invoke book ${wish()}
  1 9 invoke book ${wish()}
  2 4 ok book {"result":"booked"}
  3 9 ok book {"result":"being-booked"}
`;

describe('a history of bookings', () => {
  it('has no finding where everything is right', () => {
    const right = history(ONE_OF_TWO, [stored('18:00', '19:30')]);
    expect(anomalies(right)).toEqual([]);
    expect(tally(right)).toEqual({ booked: 1, refused: 1 });
  });

  it('may be without any operation', () => {
    expect(anomalies(history('', []))).toEqual([]);
  });

  it('shows two who saw the table free, with their attempts as the witness', () => {
    const judged = history(
      `
        0 4 invoke book ${wish('18:00')}
        1 9 invoke book ${wish('18:30')}
        2 4 read {"inTheWay":0}
        3 9 read {"inTheWay":0}
        4 4 write {}
        5 9 write {}
        6 4 ok book {"result":"booked"}
        7 9 ok book {"result":"booked"}
      `,
      [stored('18:00', '19:30'), stored('18:30', '20:00')],
    );
    expect(runCheckers(bookingCheckers, judged).findings).toMatchObject([
      {
        anomaly: 'double-booking',
        message:
          'Table 5 of restaurant 1 is booked twice at once: for 2026-02-11 18:00-19:30 by client 4 and for 2026-02-11 18:30-20:00 by client 9. Clients 4 and 9 both saw it free before either booked.',
        witness: [0, 1, 2, 3, 4, 5, 6, 7],
      },
    ]);
  });

  it('keeps days apart, and takes a booking to the end of its day', () => {
    const late = stored('22:30', '24:00');
    const earlyNext = { ...stored('00:00', '01:30'), date: '2026-02-12' };
    expect(anomalies(history('', [late, earlyNext], [], [late, earlyNext]))).toEqual([]);
    const overlapping = stored('23:59', '24:00');
    expect(anomalies(history('', [late, overlapping], [], [late, overlapping]))).toEqual(['double-booking']);
  });

  it('knows a lock that is left behind, and whose it is', () => {
    const left = (process: number | null): LeftLock => ({ key: 'lock 1/5', process, lapses: true });
    expect(anomalies(history(ONE_OF_TWO, [stored('18:00', '19:30')], [left(4)]))).toEqual([
      'lock-left-behind',
    ]);
    const crashed = `0 4 invoke book ${wish()}\n1 4 info book crashed`;
    expect(anomalies(history(crashed, [], [left(4)]))).toEqual([]);
    expect(anomalies(history(crashed, [], [left(null)]))).toEqual([]);
  });

  it('knows two holders at once from their notes', () => {
    const held = `
      0 4 invoke book ${wish('18:00')}
      0 9 invoke book ${wish('20:00')}
      1 4 lock-acquired {"key":"lock 1/5"}
      2 9 lock-acquired {"key":"lock 1/5"}
      3 4 lock-released {"key":"lock 1/5"}
      4 9 lock-released {"key":"lock 1/5"}
      5 4 ok book {"result":"booked"}
      6 9 ok book {"result":"booked"}`;
    const both = [stored('18:00', '19:30'), stored('20:00', '21:30')];
    expect(anomalies(history(held, both))).toEqual(['two-holders']);
  });

  it('has a needless refusal where nobody has the table in the end', () => {
    const refused = `0 4 invoke book ${wish()}\n1 4 ok book {"result":"being-booked"}`;
    expect(anomalies(history(refused, []))).toEqual(['refused-though-free']);
    const untrue = `0 4 invoke book ${wish()}\n1 4 ok book {"result":"taken"}`;
    expect(anomalies(history(untrue, []))).toEqual(['false-refusal', 'refused-though-free']);
  });
});

describe('the age of the lock of a dead client', () => {
  const dies = '0 0 invoke book null\n1000000 0 lock-acquired {"key":"lock"}\n2000000 0 info book crashed';
  const books = (process: number, atMs: number) =>
    `${atMs - 1}000000 ${process} invoke book null\n${atMs}000000 ${process} ok book {"result":"booked"}`;

  it('is counted from its acquisition to the first answer of somebody who booked', () => {
    expect(lockAge(history(`${dies}\n${books(1, 641)}\n${books(2, 700)}`, []))).toEqual({ lockAgeMs: 640 });
  });

  it('is nothing where nobody booked, or the dead client had no lock', () => {
    expect(lockAge(history(dies, []))).toEqual({});
    expect(lockAge(history(`0 0 invoke book null\n1 0 info book crashed\n${books(1, 5)}`, []))).toEqual({});
  });
});

it.each([
  [{ start: '18:60' }, false],
  [{ start: '24:00' }, false],
  [{ date: '2026-02-30' }, false],
  [{ guests: 0 }, false],
  [{ table: 1.5 }, false],
  [{ start: '00:00' }, true],
])('takes %o as part of a wish: %s', (part, fits) => {
  const input = { ...(JSON.parse(wish()) as object), ...part };
  expect(bookings.operations.book.input?.safeParse(input).success).toBe(fits);
});

it('names only anomalies that have a definition and a source', () => {
  const named = bookingCheckers.flatMap((checker) => checker.anomalies);
  expect(named.filter((anomaly) => !(anomaly in ANOMALIES))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});
