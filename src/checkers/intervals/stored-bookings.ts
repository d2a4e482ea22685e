import type { Finding } from '../../core/checker.js';
import { clients, witnessOf } from '../words.js';
import { identityOf, type Booking, type BookingAttempt, type ScheduleChecker } from './schedule.js';

/**
 * The stored bookings are those of before and those that were promised: none missing, none that nobody was promised. Linear.
 *
 * Bookings have no names: who asked for the same is counted together. So stored are at least the old ones and those
 * answered `booked`, and at most these and the ones without an answer. A booking for other guests or another time than was
 * asked for is one that is missing and one that is unexpected. Misses a lost booking that an attempt without an answer, for
 * just the same, made up for.
 */
export const storedBookings: ScheduleChecker = {
  name: 'stored-bookings',
  anomalies: ['booking-missing', 'booking-unexpected'],
  check({ attempts, initial, stored }) {
    const accounts = new Map<string, Account>();
    const accountOf = (booking: Booking): Account => {
      const identity = identityOf(booking);
      const account = accounts.get(identity) ?? { booking, before: 0, stored: 0, booked: [], unknown: [] };
      accounts.set(identity, account);
      return account;
    };
    for (const booking of initial) accountOf(booking).before += 1;
    for (const attempt of attempts) {
      if (attempt.result === 'booked') accountOf(attempt).booked.push(attempt);
      if (attempt.result === 'info') accountOf(attempt).unknown.push(attempt);
    }
    for (const booking of stored) accountOf(booking).stored += 1;
    const all = [...accounts.values()];
    return [...all.flatMap(missing), ...all.flatMap((account) => unexpected(account, attempts))];
  },
};

interface Account {
  readonly booking: Booking;
  before: number;
  stored: number;
  readonly booked: BookingAttempt[];
  readonly unknown: BookingAttempt[];
}

function missing({ booking, before, stored, booked }: Account): Finding[] {
  const atLeast = before + booked.length;
  if (stored >= atLeast) return [];
  const who =
    booked.length > 0
      ? `${clients(booked.map(({ client }) => client))} ${booked.length > 1 ? 'were' : 'was'} told "booked"`
      : 'it was booked before';
  return [
    {
      anomaly: 'booking-missing',
      grade: 'violation',
      message: `${wordsOf(booking)}: ${who}, but ${stored} of ${atLeast} such bookings ${stored === 1 ? 'is' : 'are'} stored.`,
      expected: `${atLeast} stored`,
      observed: `${stored} stored`,
      witness: witnessOf(booked),
    },
  ];
}

function unexpected(
  { booking, before, stored, booked, unknown }: Account,
  attempts: readonly BookingAttempt[],
): Finding[] {
  const atMost = before + booked.length + unknown.length;
  if (stored <= atMost) return [];
  const identity = identityOf(booking);
  const refused = attempts.filter(
    (attempt) => ['taken', 'busy', 'fail'].includes(attempt.result) && identityOf(attempt) === identity,
  );
  const who =
    refused.length > 0 ? `${clients(refused.map(({ client }) => client))} got nothing` : 'nobody asked';
  return [
    {
      anomaly: 'booking-unexpected',
      grade: 'violation',
      message: `${wordsOf(booking)}: ${stored} such bookings stored where at most ${atMost} can be; ${who}.`,
      expected: `at most ${atMost} stored`,
      observed: `${stored} stored`,
      witness: witnessOf(refused),
    },
  ];
}

function wordsOf({ slot, details }: Booking): string {
  return `${slot.resource}, ${slot.when}, ${details}`;
}
