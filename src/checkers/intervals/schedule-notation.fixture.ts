import type { Finding } from '../../core/checker.js';
import { INTERVAL_CHECKERS } from './interval-checkers.js';
import {
  toSchedule,
  type Booking,
  type BookingAccess,
  type BookingAttempt,
  type ScheduleFacts,
  type Slot,
} from './schedule.js';

/**
 * A trial of bookings in short, one line for each fact; times of day stand for slots, `A` and `B` for tables:
 *
 *     before A 17:00-18:00          a booking from before the trial, for 2 guests unless `*3` follows
 *     4 [0,5] A 18:00-19:30 booked  a client, when, the table, the slot, how it ended: booked, taken, busy, fail, info
 *     4 reads 0                     notes, in the order of the lines: what stood in the way
 *     4 writes
 *     stored A 18:00-19:30
 *
 * The events of the attempt that stands k-th have the places 10 k and 10 k + 1; notes have 1000 and up.
 */
export function schedule(notation: string): ScheduleFacts {
  const attempts: (BookingAttempt & { accesses: BookingAccess[] })[] = [];
  const initial: Booking[] = [];
  const stored: Booking[] = [];
  let notes = 1000;
  for (const line of notation.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const [first = '', second = '', third = ''] = line.split(/\s+/);
    if (first === 'before') initial.push(booking(second, third));
    else if (first === 'stored') stored.push(booking(second, third));
    else if (second === 'reads' || second === 'writes') {
      attempts
        .find(({ client }) => client === Number(first))
        ?.accesses.push({
          kind: second === 'reads' ? 'read' : 'write',
          inTheWay: third === '' ? undefined : Number(third),
          index: notes++,
        });
    } else attempts.push(attempt(line, attempts.length));
  }
  return { attempts, initial, stored };
}

/** What every checker says of it. */
export function findings(facts: ScheduleFacts): Finding[] {
  const judged = toSchedule(facts);
  return INTERVAL_CHECKERS.flatMap((checker) => checker.check(judged));
}

/** The anomalies that are violations. */
export function violations(facts: ScheduleFacts): string[] {
  return findings(facts).flatMap(({ grade, anomaly }) => (grade === 'violation' ? [anomaly] : []));
}

/** A slot of a table in minutes of one day. */
export function slotOf(table: string, start: number, end: number): Slot {
  const time = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return { resource: `Table ${table}`, start, end, when: `${time(start)}-${time(end)}` };
}

function booking(table: string, times: string): Booking {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)(?:\*(\d+))?$/.exec(times);
  if (!match) throw new Error(`Not a slot: ${times}`);
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0, guests = 2] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const slot = slotOf(table, fromHour * 60 + fromMinute, toHour * 60 + toMinute);
  return { slot, details: `${guests} guests` };
}

function attempt(line: string, place: number): BookingAttempt & { accesses: BookingAccess[] } {
  const match = /^(\d+) \[(\d+),(\d*)\] (\S+) (\S+) (booked|taken|busy|fail|info)$/.exec(line);
  if (!match) throw new Error(`Not a line of a schedule: ${line}`);
  const [, client, invoked, completed, table = '', times = '', result] = match;
  return {
    ...booking(table, times),
    client: Number(client),
    result: result as BookingAttempt['result'],
    invokedNs: Number(invoked),
    completedNs: completed === '' ? Infinity : Number(completed),
    accesses: [],
    witness: [10 * place, 10 * place + 1],
  };
}
