import type { Finding } from '../../core/checker.js';
import { clients, count, witnessOf } from '../words.js';
import { slotOf, type BookingAttempt, type ScheduleChecker } from './schedule.js';

/**
 * Of several attempts for the same slot, more than one was answered `booked`. Linear.
 *
 * Looks at answers alone, so it needs no final state, and finds a booking that overwrote another. That none succeeded is
 * no violation: see `refusedThoughFree`. Misses attempts that only overlap: stored, those are a double booking.
 */
export const identicalAttempts: ScheduleChecker = {
  name: 'identical-attempts',
  anomalies: ['identical-attempts-booked'],
  check({ attempts }) {
    const bookedBySlot = new Map<string, BookingAttempt[]>();
    for (const attempt of attempts) {
      if (attempt.result !== 'booked') continue;
      const slot = slotOf(attempt.slot);
      bookedBySlot.set(slot, [...(bookedBySlot.get(slot) ?? []), attempt]);
    }
    return [...bookedBySlot.values()].flatMap((booked): Finding[] => {
      const [first] = booked;
      if (!first || booked.length === 1) return [];
      const { resource, when } = first.slot;
      return [
        {
          anomaly: 'identical-attempts-booked',
          grade: 'violation',
          message: `${clients(booked.map(({ client }) => client))} were ${booked.length === 2 ? 'both' : 'all'} told that they had booked: ${resource}, ${when}.`,
          expected: 'one booked',
          observed: `${count(booked.length, 'attempt')} booked`,
          witness: witnessOf(booked),
        },
      ];
    });
  },
};
