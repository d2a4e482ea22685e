import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHistory } from '../../src/checkers/history.js';
import { events } from '../../src/checkers/history-notation.fixture.js';
import { runCheckers } from '../../src/checkers/run-checkers.js';
import { ANOMALIES } from '../../src/core/anomaly.js';
import type { History, HistoryEvent } from '../../src/core/history.js';
import { seatCheckers } from './checkers.js';
import type { Seats, SeatsFinal } from './contract.js';
import { tally } from './tally.js';

const seed = 20_260_214;

const ask = (student: number, seats = 1) => `{"trip":1,"student":${student},"seats":${seats}}`;
const answer = (result: string) => `{"result":"${result}"}`;
const booking = (student: number, seats = 1) => ({ trip: 1, student, seats });

function history(
  notation: string | readonly HistoryEvent[],
  left: number,
  bookings: SeatsFinal['bookings'],
  seats = 1,
): History<Seats> {
  return toHistory<Seats>({
    initial: { trips: [{ id: 1, name: 'Morning Bus', seats }], abandonedLocks: [] },
    events: typeof notation === 'string' ? events(notation) : notation,
    final: { trips: [{ id: 1, seats: left }], bookings },
    openTransactions: [],
  });
}

function findings(judged: History<Seats>) {
  const { findings: found, crashed } = runCheckers(seatCheckers, judged);
  expect(crashed).toEqual([]);
  return found;
}
const anomalies = (judged: History<Seats>) => findings(judged).map(({ anomaly }) => anomaly);
const violations = (judged: History<Seats>) =>
  findings(judged).flatMap(({ grade, anomaly }) => (grade === 'violation' ? [anomaly] : []));

/** Students 1 and 2 at once; what each was answered. */
const both = (first: string, second: string) => `
  0 1 invoke bookSeat ${ask(1)}
  1 2 invoke bookSeat ${ask(2)}
  6 1 ok bookSeat ${answer(first)}
  7 2 ok bookSeat ${answer(second)}
`;

describe('a history of seats', () => {
  it('has no finding where everything is right, whatever the reason of a refusal', () => {
    const right = history(both('booked', 'no-seat'), 0, [booking(1)]);
    expect(findings(right)).toEqual([]);
    expect(tally(right)).toEqual({ booked: 1, 'no-seat': 1, locked: 0, left: 0 });
    const locked = history(both('booked', 'locked'), 0, [booking(1)]);
    expect(findings(locked)).toEqual([]);
    expect(tally(locked)).toEqual({ booked: 1, 'no-seat': 0, locked: 1, left: 0 });
  });

  it('may be without any operation', () => {
    expect(findings(history('', 1, []))).toEqual([]);
  });

  it('shows the seat count of -1 that the textbooks warn of', () => {
    const negative = history(both('booked', 'booked'), -1, [booking(1), booking(2)]);
    expect(findings(negative)).toMatchObject([
      { anomaly: 'oversold', message: '2 bookings for 1 seat.', witness: [0, 1, 2, 3] },
      { anomaly: 'negative-stock', message: 'The seat count of Morning Bus is -1 in the end.' },
    ]);
  });

  it('shows two students who read the same count, with their events as the witness', () => {
    const lost = history(
      `
        0 1 invoke bookSeat ${ask(1)}
        1 2 invoke bookSeat ${ask(2)}
        2 1 read {"trip":1,"seats":1}
        3 2 read {"trip":1,"seats":1}
        4 1 write {"trip":1,"seats":0}
        5 2 write {"trip":1,"seats":0}
        6 1 ok bookSeat ${answer('booked')}
        7 2 ok bookSeat ${answer('booked')}
      `,
      0,
      [booking(1), booking(2)],
    );
    expect(findings(lost)).toMatchObject([
      {
        anomaly: 'oversold',
        message:
          '2 bookings for 1 seat. Lost update: students 1 and 2 both read seat count = 1 and both wrote 0.',
      },
      { anomaly: 'lost-update', witness: [0, 1, 2, 3, 4, 5, 6, 7] },
    ]);
  });

  it('calls no relative change a lost update, even where it tells what it came to', () => {
    const counted = history(
      `
        0 1 invoke bookSeat ${ask(1)}
        1 2 invoke bookSeat ${ask(2)}
        2 1 read {"trip":1,"seats":1}
        3 2 read {"trip":1,"seats":1}
        4 1 write {"trip":1,"seats":0,"by":-1}
        5 2 write {"trip":1,"seats":-1,"by":-1}
        6 1 ok bookSeat ${answer('booked')}
        7 2 ok bookSeat ${answer('booked')}
      `,
      -1,
      [booking(1), booking(2)],
    );
    expect(findings(counted)[0]?.message).toBe('2 bookings for 1 seat.');
  });

  it('finds a count below zero that was given back in between, without calling it a violation', () => {
    const compensated = history(
      `
        0 1 invoke bookSeat ${ask(1)}
        1 2 invoke bookSeat ${ask(2)}
        2 1 write {"trip":1,"seats":0,"by":-1}
        3 2 write {"trip":1,"seats":-1,"by":-1}
        4 2 write {"trip":1,"seats":0,"by":1}
        6 1 ok bookSeat ${answer('booked')}
        7 2 ok bookSeat ${answer('no-seat')}
      `,
      0,
      [booking(1)],
    );
    expect(findings(compensated)).toMatchObject([
      { anomaly: 'negative-in-between', grade: 'interesting', witness: [1, 3, 6] },
    ]);
  });

  it.each([
    ['a booking is missing', 'booking-missing', 0, []],
    ['a booking is there twice', 'booking-duplicated', 0, [booking(1), booking(1)]],
    ['a booking is for more than was asked', 'booking-altered', 0, [booking(1, 2)]],
    ['a booking is of one who was refused', 'booking-unexpected', 0, [booking(1), booking(2)]],
    ['a booking is of one who never came', 'booking-unexpected', 0, [booking(1), booking(7)]],
    ['bookings and seats taken do not add up', 'stock-not-conserved', 1, [booking(1)]],
    ['a seat is gone that nobody has', 'stock-not-conserved', -1, [booking(1)]],
  ])('is rejected where %s', (_, anomaly, left, bookings) => {
    expect(violations(history(both('booked', 'no-seat'), left, bookings))).toContain(anomaly);
  });

  it('finds who was refused or told "locked" though a seat was free, and grades it as interesting', () => {
    for (const result of ['no-seat', 'locked']) {
      const refused = history(both('booked', result), 1, [booking(1)], 2);
      expect(findings(refused)).toMatchObject([
        {
          anomaly: 'refused-though-free',
          grade: 'interesting',
          message: 'Student 2 was refused, though what it wanted was free.',
          needlessRefusals: 1,
        },
      ]);
    }
  });

  it('allows a timed-out booking to have happened or not, but not by half', () => {
    const timedOut = `0 1 invoke bookSeat ${ask(1)}\n9 1 info bookSeat timeout`;
    expect(anomalies(history(timedOut, 0, [booking(1)]))).toEqual([]);
    expect(anomalies(history(timedOut, 1, []))).toEqual([]);
    expect(anomalies(history(timedOut, 0, []))).toEqual(['stock-not-conserved']);
  });
});

describe(`the checkers of seats, on generated trips (seed ${seed})`, () => {
  const groups = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 });
  const trips = fc.record({ seats: fc.integer({ min: 0, max: 12 }), groups });

  /** One group after the other, each served as it should be. */
  function served({ seats, groups: sizes }: { seats: number; groups: readonly number[] }) {
    const log: HistoryEvent[] = [];
    const bookings: SeatsFinal['bookings'] = [];
    let left = seats;
    sizes.forEach((size, student) => {
      const of = { process: student, client: student, f: 'bookSeat' } as const;
      log.push({ type: 'invoke', timeNs: 2 * student, ...of, value: booking(student, size) });
      const fits = size <= left;
      if (fits) {
        left -= size;
        bookings.push(booking(student, size));
      }
      const value = { result: fits ? 'booked' : 'no-seat' };
      log.push({ type: 'ok', timeNs: 2 * student + 1, ...of, value });
    });
    return history(log, left, bookings, seats);
  }

  it('say nothing of groups that are served one after the other', () => {
    fc.assert(
      fc.property(trips, (trip) => {
        expect(findings(served(trip))).toEqual([]);
      }),
      { seed },
    );
  });

  const broken: readonly [string, (right: History<Seats>) => Partial<SeatsFinal>][] = [
    ['a booking is gone', ({ final }) => ({ bookings: final.bookings.slice(1) })],
    ['a booking is there twice', ({ final }) => ({ bookings: [...final.bookings, final.bookings[0]!] })],
    ['a seat more is left', ({ final }) => ({ trips: final.trips.map(shifted(1)) })],
    ['a seat less is left', ({ final }) => ({ trips: final.trips.map(shifted(-1)) })],
    [
      'a booking is of another student',
      ({ final: { bookings } }) => ({ bookings: [{ ...bookings[0]!, student: 99 }, ...bookings.slice(1)] }),
    ],
  ];
  it.each(broken)('find something wrong once %s', (_, breakIt) => {
    fc.assert(
      fc.property(trips.map(served), (right) => {
        fc.pre(right.final.bookings.length > 0);
        const wrong = { ...right, final: { ...right.final, ...breakIt(right) } };
        expect(violations(wrong)).not.toEqual([]);
      }),
      { seed },
    );
  });
});

function shifted(by: number) {
  return (trip: SeatsFinal['trips'][number]) => ({ ...trip, seats: trip.seats + by });
}

it('names only anomalies that have a definition and a source, each once', () => {
  const named = seatCheckers.flatMap((checker) => checker.anomalies);
  expect(named.filter((anomaly) => !(anomaly in ANOMALIES))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});
