import type { AnomalyId } from '../../core/anomaly.js';
import type { Finding } from '../../core/checker.js';

/** A stretch of one thing that only one can have at a time: a table from 18:00 to 19:30. */
export interface Slot {
  /** What is booked, in words that can begin a sentence: `Table 5 of restaurant 1`. Equal words are the same thing. */
  readonly resource: string;
  /** Included, in any unit that all slots share. */
  readonly start: number;
  /** Not included: who leaves at 19:30 makes room for who comes at 19:30. */
  readonly end: number;
  /** When, in words: `2026-02-11 18:00-19:30`. */
  readonly when: string;
}

/** A note of an attempt, in the order of the history. */
export interface BookingAccess {
  readonly kind: 'read' | 'write';
  /** Of a read: how many bookings stood in the way. */
  readonly inTheWay: number | undefined;
  readonly index: number;
}

/** One attempt to book one slot. */
export interface BookingAttempt {
  readonly client: number;
  readonly slot: Slot;
  /** Everything else that was asked for, e.g. `2 guests`. */
  readonly details: string;
  /** `taken`: told that somebody has it. `busy`: told to try again, for somebody is at it. */
  readonly result: 'booked' | 'taken' | 'busy' | 'fail' | 'info';
  readonly invokedNs: number;
  /** `Infinity` for `info`. */
  readonly completedNs: number;
  readonly accesses: readonly BookingAccess[];
  /** Its events: the invocation, and the completion where there is one. */
  readonly witness: readonly number[];
}

export interface Booking {
  readonly slot: Slot;
  readonly details: string;
}

/** A trial of any contract in which stretches of things are booked, as its checkers need to see it. */
export interface ScheduleFacts {
  readonly attempts: readonly BookingAttempt[];
  /** The confirmed bookings before the trial, all of which must still be there in the end. */
  readonly initial: readonly Booking[];
  /** The confirmed bookings of the final state. */
  readonly stored: readonly Booking[];
}

/** The facts, sorted once for all checkers. */
export interface Schedule extends ScheduleFacts {
  /** By resource, in the order of their starts. */
  readonly storedOf: ReadonlyMap<string, readonly Booking[]>;
  readonly initialOf: ReadonlyMap<string, readonly Booking[]>;
  readonly attemptsOf: ReadonlyMap<string, readonly BookingAttempt[]>;
}

/** One question that is asked of every schedule. The counterpart of a Checker, which asks it of a contract's history. */
export interface ScheduleChecker {
  readonly name: string;
  readonly anomalies: readonly AnomalyId[];
  check(schedule: Schedule): readonly Finding[];
}

/** Sorts by resource and start. n log n. Throws where a slot ends before it begins: nothing could be said of it. */
export function toSchedule(facts: ScheduleFacts): Schedule {
  for (const { slot } of [...facts.attempts, ...facts.initial, ...facts.stored]) {
    if (!(slot.start < slot.end)) throw new Error(`${slot.resource}, ${slot.when}: ends before it begins.`);
  }
  return {
    ...facts,
    storedOf: byResource(facts.stored),
    initialOf: byResource(facts.initial),
    attemptsOf: byResource(facts.attempts),
  };
}

/** Do two slots of one resource share a moment? */
export function overlap(one: Slot, other: Slot): boolean {
  return one.start < other.end && other.start < one.end;
}

/** The same slot, and everything else the same: nobody could say which attempt a stored booking of it belongs to. */
export function identityOf({ slot, details }: Booking): string {
  return `${slotOf(slot)} ${details}`;
}

/** The same stretch of the same thing. */
export function slotOf({ resource, start, end }: Slot): string {
  return `${resource} ${start} ${end}`;
}

/**
 * Was it free for certain, whenever the attempt looked: no booking of before the trial overlaps, and no attempt that
 * overlaps, answered `booked` or without an answer, had begun when this one was answered. Equal times count as concurrent.
 */
export function certainlyFree(schedule: Schedule, attempt: BookingAttempt): boolean {
  const { slot, completedNs } = attempt;
  const before = schedule.initialOf.get(slot.resource) ?? [];
  const others = schedule.attemptsOf.get(slot.resource) ?? [];
  return (
    !before.some((booking) => overlap(booking.slot, slot)) &&
    !others.some(
      (other) =>
        (other.result === 'booked' || other.result === 'info') &&
        other.invokedNs <= completedNs &&
        overlap(other.slot, slot),
    )
  );
}

function byResource<T extends { readonly slot: Slot }>(items: readonly T[]): Map<string, T[]> {
  const byKey = new Map<string, T[]>();
  for (const item of items) {
    const known = byKey.get(item.slot.resource);
    if (known) known.push(item);
    else byKey.set(item.slot.resource, [item]);
  }
  for (const list of byKey.values()) list.sort((a, b) => a.slot.start - b.slot.start);
  return byKey;
}
