import type { Finding } from '../../core/checker.js';
import { clients, count, witnessOf } from '../words.js';
import {
  certainlyFree,
  overlap,
  type BookingAttempt,
  type Schedule,
  type ScheduleChecker,
} from './schedule.js';

/**
 * Attempts that were refused, for whatever reason, although nobody else had what they wanted. Graded as interesting: nothing
 * is booked twice by it. n log n, and as `certainlyFree`.
 *
 * Two proofs. The slot is free in the end: as many of the refused as fit there side by side, so 99 refused for one slot
 * that nobody has are one. Or it was free for certain when the refusal was answered. Misses refusals that neither proves:
 * told to try again while somebody was at it who then booked nothing, and then a later attempt booked.
 */
export const refusedThoughFree: ScheduleChecker = {
  name: 'refused-though-free',
  anomalies: ['refused-though-free'],
  check(schedule) {
    const refused = schedule.attempts.filter(({ result }) => result === 'taken' || result === 'busy');
    const proven = new Set([
      ...refused.filter((attempt) => certainlyFree(schedule, attempt)),
      ...fitting(schedule, refused),
    ]);
    const needless = refused.filter((attempt) => proven.has(attempt));
    const [first] = needless;
    if (!first) return [];
    const verb = needless.length > 1 ? 'were refused though what they' : 'was refused though what it';
    const finding: Finding = {
      anomaly: 'refused-though-free',
      grade: 'interesting',
      message: `${clients(needless.map(({ client }) => client))} ${verb} wanted was free, first: ${first.slot.resource}, ${first.slot.when}.`,
      expected: 'no refusal of what nobody else has',
      observed: count(needless.length, 'needless refusal'),
      witness: witnessOf(needless),
      needlessRefusals: needless.length,
    };
    return [finding];
  },
};

/** Most of those that could have been booked beside what is stored: whoever ends first makes room first. */
function fitting({ storedOf }: Schedule, refused: readonly BookingAttempt[]): BookingAttempt[] {
  const lastOf = new Map<string, BookingAttempt>();
  return [...refused]
    .sort((a, b) => a.slot.end - b.slot.end)
    .filter((attempt) => {
      const { slot } = attempt;
      const last = lastOf.get(slot.resource);
      if (last && overlap(last.slot, slot)) return false;
      if (storedOf.get(slot.resource)?.some((booking) => overlap(booking.slot, slot))) return false;
      lastOf.set(slot.resource, attempt);
      return true;
    });
}
