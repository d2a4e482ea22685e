import type { ClientContext } from '../../src/core/context.js';
import type { SeatOutcome, Trip } from '../../scenarios/seats/contract.js';

export const BOOKED: SeatOutcome = { result: 'booked' };
export const NO_SEAT: SeatOutcome = { result: 'no-seat' };
export const LOCKED: SeatOutcome = { result: 'locked' };

/** A request for a trip that does not exist is a mistake of the scenario, and ends the run. */
export function tripOf<T extends Pick<Trip, 'id'>>(trips: readonly T[], id: number): T {
  const trip = trips.find((one) => one.id === id);
  if (trip === undefined) {
    throw new TypeError(`There is no trip ${id}; there are: ${trips.map((one) => one.id).join(', ')}.`);
  }
  return trip;
}

/** A lock of a trip: `acquire` resolves with what the body needs, or with undefined for one who did not get it. */
export interface SeatLock<T> {
  acquire(): Promise<T | undefined>;
  release(acquired: T): Promise<void> | void;
}

/**
 * Books under a lock, with its notes and points; `locked` for one who does not get it. Lets go whatever becomes of `body`.
 *
 * The noted time lies within the true one: `lock-acquired` after the lock was granted, `lock-released` before it is let go, so
 * that two noted times that overlap prove two holders at once.
 */
export async function bookUnderLock<T>(
  context: ClientContext,
  trip: number,
  lock: SeatLock<T>,
  body: (acquired: T) => Promise<SeatOutcome>,
): Promise<SeatOutcome> {
  const key = `trip ${trip}`;
  context.note('lock-requested', { key });
  const acquired = await lock.acquire();
  if (acquired === undefined) return LOCKED;
  context.note('lock-acquired', { key });
  try {
    await context.point('locked');
    const outcome = await body(acquired);
    await context.point('before-release');
    context.note('lock-released', { key });
    return outcome;
  } finally {
    await lock.release(acquired);
  }
}

/** Tries every `retryMs` until it gets something; undefined after `limitMs`. */
export async function withinLimit<T>(
  context: ClientContext,
  tryOnce: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { retryMs = 2, limitMs = 200 } = context.parameters;
  const givesUpAt = context.now() + limitMs;
  for (;;) {
    const got = await tryOnce();
    if (got !== undefined) return got;
    if (context.now() >= givesUpAt) {
      context.count('lock-timeout');
      return undefined;
    }
    context.count('lock-retry');
    await context.sleep(retryMs);
  }
}

/** Milliseconds after which a lock may be taken over. */
export function expiryMsOf(context: Pick<ClientContext, 'parameters'>): number {
  return context.parameters.expiryMs ?? 600;
}
