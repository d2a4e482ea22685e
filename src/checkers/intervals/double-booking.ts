import type { Finding } from '../../core/checker.js';
import { clients, count, witnessOf } from '../words.js';
import { identityOf, overlap, type Booking, type BookingAttempt, type ScheduleChecker } from './schedule.js';

/**
 * Confirmed bookings of one thing that overlap in time: by one minute is enough, and one that begins when the other ends
 * does not. n log n.
 *
 * Certain: it looks at stored bookings alone. Misses what is not stored: a double booking that was overwritten is found as
 * a booking that is missing, and of identical attempts as one that succeeded twice. Whose booking it is can only be told
 * by what was asked for, so of identical attempts those that were answered first are named.
 */
export const doubleBooking: ScheduleChecker = {
  name: 'double-booking',
  anomalies: ['double-booking'],
  check(schedule) {
    return [...schedule.storedOf].flatMap(([resource, bookings]): Finding[] => {
      const pair = firstOverlap(bookings);
      if (!pair) return [];
      const booked = bookedBy(schedule.attemptsOf.get(resource) ?? [], pair);
      const [one, other] = pair.map((booking, place) => wordsOf(booking, booked[place]));
      const known = booked.filter((attempt) => attempt !== undefined);
      const explained = bothSawItFree(known);
      return [
        {
          anomaly: 'double-booking',
          grade: 'violation',
          message: `${resource} is booked ${timesAtOnce(bookings)} at once: for ${one} and for ${other}.${explained?.words ?? ''}`,
          expected: 'no two bookings that overlap',
          observed: `${count(bookings.length, 'booking')}, up to ${depth(bookings)} at once`,
          witness: [...witnessOf(known), ...(explained?.witness ?? [])].sort((a, b) => a - b),
        },
      ];
    });
  },
};

/** The first two that overlap, where bookings are in the order of their starts. */
function firstOverlap(bookings: readonly Booking[]): readonly [Booking, Booking] | undefined {
  let last: Booking | undefined;
  for (const booking of bookings) {
    if (last && overlap(last.slot, booking.slot)) return [last, booking];
    if (!last || booking.slot.end > last.slot.end) last = booking;
  }
  return undefined;
}

/** How many have it at the moment at which most have. */
function depth(bookings: readonly Booking[]): number {
  const ends = bookings.map(({ slot }) => slot.end).sort((a, b) => a - b);
  let ended = 0;
  let most = 0;
  bookings.forEach(({ slot }, place) => {
    while (ended < ends.length && ends[ended]! <= slot.start) ended += 1;
    most = Math.max(most, place + 1 - ended);
  });
  return most;
}

function timesAtOnce(bookings: readonly Booking[]): string {
  const times = depth(bookings);
  return times === 2 ? 'twice' : `${times} times`;
}

/** Whose bookings they are: of those who asked for just this, who was answered first; without an answer, who may have it. */
function bookedBy(
  attempts: readonly BookingAttempt[],
  pair: readonly Booking[],
): (BookingAttempt | undefined)[] {
  const taken = new Set<BookingAttempt>();
  return pair.map((booking) => {
    const [first] = attempts
      .filter((attempt) => attempt.result === 'booked' || attempt.result === 'info')
      .filter((attempt) => identityOf(attempt) === identityOf(booking) && !taken.has(attempt))
      .sort((a, b) => a.completedNs - b.completedNs);
    if (first) taken.add(first);
    return first;
  });
}

function wordsOf({ slot }: Booking, attempt: BookingAttempt | undefined): string {
  return attempt ? `${slot.when} by client ${attempt.client}` : slot.when;
}

/** A check that was no longer true when it was acted on, where notes show it: the words, and the notes. */
function bothSawItFree(
  attempts: readonly BookingAttempt[],
): { readonly words: string; readonly witness: readonly number[] } | undefined {
  const [one, other] = attempts.map(freeThenWritten);
  if (!one || !other || one.read > other.write || other.read > one.write) return undefined;
  const numbers = attempts.map(({ client }) => client).sort((a, b) => a - b);
  return {
    words: ` ${clients(numbers)} both saw it free before either booked.`,
    witness: [one.read, one.write, other.read, other.write],
  };
}

/** Places of its last write and of the last read before it, if that one found nothing in the way. */
function freeThenWritten({ accesses }: BookingAttempt): { read: number; write: number } | undefined {
  const writeAt = accesses.findLastIndex(({ kind }) => kind === 'write');
  const write = accesses[writeAt];
  const read = accesses.slice(0, Math.max(0, writeAt)).findLast(({ kind }) => kind === 'read');
  return write && read?.inTheWay === 0 ? { read: read.index, write: write.index } : undefined;
}
