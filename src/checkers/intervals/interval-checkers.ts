import type { Checker } from '../../core/checker.js';
import type { ContractTypes } from '../../core/contract.js';
import type { History } from '../../core/history.js';
import { doubleBooking } from './double-booking.js';
import { falseRefusal } from './false-refusal.js';
import { identicalAttempts } from './identical-attempts.js';
import { refusedThoughFree } from './refused-though-free.js';
import { toSchedule, type Schedule, type ScheduleChecker, type ScheduleFacts } from './schedule.js';
import { storedBookings } from './stored-bookings.js';

/** Every question that is asked of a schedule, the ones that matter most to people first. */
export const INTERVAL_CHECKERS = [
  doubleBooking,
  identicalAttempts,
  storedBookings,
  falseRefusal,
  refusedThoughFree,
] as const satisfies readonly ScheduleChecker[];

/**
 * The checkers of any contract in which stretches of things are booked. `factsOf` says how its histories are read; it is
 * asked once for each history.
 */
export function intervalCheckers<C extends ContractTypes>(
  factsOf: (history: History<C>) => ScheduleFacts,
): [Checker<C>, ...Checker<C>[]] {
  const schedules = new WeakMap<History<C>, Schedule>();
  const scheduleOf = (history: History<C>): Schedule => {
    const known = schedules.get(history) ?? toSchedule(factsOf(history));
    schedules.set(history, known);
    return known;
  };
  const checkerOf = (checker: ScheduleChecker): Checker<C> => ({
    name: checker.name,
    anomalies: checker.anomalies,
    check: (history) => checker.check(scheduleOf(history)),
  });
  const [first, ...others] = INTERVAL_CHECKERS;
  return [checkerOf(first), ...others.map(checkerOf)];
}
