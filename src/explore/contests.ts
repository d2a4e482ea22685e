import type { Footprint } from '../core/step.js';
import type { Actor, Outstanding } from './actor.js';
import type { Contest, Transition } from './execution.js';
import type { Dependent } from './happens-before.js';

/** A client that waits in the store before a step, which may let it go on. */
export interface Waiter {
  readonly actor: Actor;
  readonly outstanding: readonly Outstanding[];
  readonly waitsFor: readonly number[];
}

/** An answer to one who waited, in the order of their coming. */
export interface Woken {
  readonly client: number;
  readonly failed: boolean;
}

export function waitersAmong(actors: readonly Actor[]): readonly Waiter[] {
  return actors
    .filter(({ outstanding }) => outstanding.size > 0)
    .map((actor) => ({ actor, outstanding: [...actor.outstanding], waitsFor: actor.waitsFor ?? [] }));
}

/**
 * Pairs of clients that waited before a step and of whom it let one or both go on, so that the store chose who was first.
 *
 * A lock is handed to the first of its queue. A row is not: who waits for it waits for its old version, and when the holder
 * commits a new one the first of the queue gives the old one back and looks for the new one, and so does, a moment later, the
 * second. Mostly the first finds it first. Smallest case: `update` of a row by A, by B and by C, one after the other, and
 * the COMMIT of A.
 */
export function contestsAmong(
  waiters: readonly Waiter[],
  woken: readonly Woken[],
  dependent: (one: Footprint, other: Footprint) => boolean,
): readonly Contest[] {
  return waiters.flatMap((one, index) =>
    waiters.slice(index + 1).flatMap((other) => contestOf(one, other, woken, dependent) ?? []),
  );
}

function contestOf(
  one: Waiter,
  other: Waiter,
  woken: readonly Woken[],
  dependent: (one: Footprint, other: Footprint) => boolean,
): Contest | undefined {
  const first = firstOf(one, other, woken);
  if (first === undefined) return undefined;
  const second = first === one ? other : one;
  const stoodBehind = isFor(first.waitsFor, second);
  const stoodBefore = isFor(second.waitsFor, first);
  // Each for the other: a circle, which is another matter.
  if (stoodBehind && stoodBefore) return undefined;
  if (!stoodBehind && !stoodBefore) {
    const meets = first.outstanding.some((left) =>
      second.outstanding.some((right) => dependent(left.footprint, right.footprint)),
    );
    if (!meets) return undefined;
  }
  const queue = stoodBehind ? 'broken' : stoodBefore ? 'kept' : 'none';
  return { first: first.actor.number, second: second.actor.number, queue };
}

/** Who got it, as far as it can be seen. Who failed got nothing. */
function firstOf(one: Waiter, other: Waiter, woken: readonly Woken[]): Waiter | undefined {
  const placeOf = ({ actor }: Waiter) => woken.findIndex(({ client }) => client === actor.number);
  const [left, right] = [placeOf(one), placeOf(other)];
  if (left >= 0 && right >= 0) {
    const first = left < right ? one : other;
    return woken[Math.min(left, right)]!.failed ? undefined : first;
  }
  if (left >= 0) return !woken[left]!.failed && waitsNow(other, one) ? one : undefined;
  if (right >= 0) return !woken[right]!.failed && waitsNow(one, other) ? other : undefined;
  // Neither was answered: who stands before whom now.
  if (waitsNow(one, other) === waitsNow(other, one)) return undefined;
  const first = waitsNow(one, other) ? other : one;
  return isFor(first === one ? one.waitsFor : other.waitsFor, first === one ? other : one)
    ? first
    : undefined;
}

function waitsNow({ actor }: Waiter, other: Waiter): boolean {
  return isFor(actor.waitsFor ?? [], other);
}

function isFor(waitsFor: readonly number[], { actor }: Waiter): boolean {
  return waitsFor.includes(actor.number);
}

/** Somebody got ahead of one who stood before him in the queue. */
export function isOvertaken(transitions: readonly Transition[]): boolean {
  return transitions.some(({ contests }) => contests?.some(({ queue }) => queue === 'broken'));
}

/** Up to this place the store had a choice, so that the same schedule may go another way the next time. */
export function hasContest(transitions: readonly Transition[], place: number): boolean {
  return transitions.slice(0, place + 1).some(({ contests }) => contests !== undefined);
}

/**
 * In how many contests of a step the store has chosen, and no other schedule shows what the other choice leads to.
 *
 * That the second of a queue is first is what happens where the first asked after him, if he could have: if his request
 * depends on nothing that came between the two. What the holder did meanwhile was seen by nobody, and kept both waiting
 * either way; that it is one and the same holder is certain among three clients.
 */
export function contestsLeftOut(
  { contests = [], client: holder }: Transition,
  before: readonly Transition[],
  dependent: Dependent,
): number {
  const isOneHolder = new Set(before.map(({ client }) => client)).size <= 3;
  const askedAt = (asker: number) => before.findLastIndex(({ client, waits }) => client === asker && waits);
  const leftOut = contests.filter(({ first, second, queue }) => {
    const [from, to] = [askedAt(first), askedAt(second)];
    if (queue !== 'kept' || from < 0) return true;
    return before
      .slice(from + 1, to)
      .filter(({ client }) => !(isOneHolder && client === holder))
      .some((step) => dependent(before[from]!, step));
  });
  return leftOut.length;
}
