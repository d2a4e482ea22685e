import type { Finding } from '../../core/checker.js';
import { clients, count, witnessOf } from '../words.js';
import { certainlyFree, type ScheduleChecker } from './schedule.js';

/**
 * Attempts that were told that the slot is taken, though nobody can have had it. Quadratic at worst, in practice each
 * attempt finds soon who had it.
 *
 * `taken` says that a confirmed booking overlaps. It is false for certain if no booking of before the trial overlaps, and
 * no overlapping attempt that was booked, or has no answer, had begun by then. An attempt that failed or was refused booked
 * nothing, though others may have seen what it held for a while: saying `taken` for that is a dirty read. (A takes the
 * first two of three quarters of an hour, finds the third booked, and gives the two back. B, in between, asks for the
 * first, and is told `taken`. No order makes that true.) `busy` claims nothing of the kind, and is never false.
 */
export const falseRefusal: ScheduleChecker = {
  name: 'false-refusal',
  anomalies: ['false-refusal'],
  check(schedule) {
    const wrong = schedule.attempts.filter(
      (attempt) => attempt.result === 'taken' && certainlyFree(schedule, attempt),
    );
    const [first] = wrong;
    if (!first) return [];
    const { resource, when } = first.slot;
    const more = wrong.length - 1;
    const finding: Finding = {
      anomaly: 'false-refusal',
      grade: 'violation',
      message: `${clients([first.client])} was told that ${resource} is taken, ${when}, though nobody can have booked it by then.${more > 0 ? ` So it was for ${more} more.` : ''}`,
      expected: 'a booking that overlaps, made or begun before the answer',
      observed: `${count(wrong.length, 'attempt')} told "taken" of what was free`,
      witness: witnessOf([first]),
    };
    return [finding];
  },
};
