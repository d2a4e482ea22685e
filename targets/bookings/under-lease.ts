import type { ClientContext } from '../../src/core/context.js';
import type { BookOutcome } from '../../scenarios/bookings/contract.js';
import { BEING_BOOKED } from './outcomes.js';

/** A lock that a store keeps for a while, and how it is taken, given back and made to lapse. */
export interface Lease {
  readonly key: string;
  readonly ttlMs: number;
  /** Asks once; false when somebody else has it. */
  acquire(): Promise<boolean>;
  release(): Promise<void>;
  /** Removes it if it is still this one. On a connection of the target: the client may be dead. */
  expire(): Promise<void>;
}

/**
 * Runs `body` under a lease, with the notes and points of a lock, and lets go of it whatever happens. Who does not get it is
 * answered `being-booked` at once.
 *
 * The noted time lies within the true one: see `underLock`. What is left of the lease is counted from before the store was
 * asked, so that it is never noted as longer than it is.
 */
export async function underLease(
  context: ClientContext,
  lease: Lease,
  body: () => Promise<BookOutcome>,
): Promise<BookOutcome> {
  const { key, ttlMs } = lease;
  context.note('lock-requested', { key });
  const askedMs = context.now();
  if (!(await lease.acquire())) return BEING_BOOKED;
  context.lease(key, ttlMs, () => lease.expire());
  context.note('lock-acquired', { key, leaseMs: ttlMs - (context.now() - askedMs) });
  try {
    await context.point('locked');
    const outcome = await body();
    await context.point('before-release');
    return outcome;
  } finally {
    context.note('lock-released', { key });
    await lease.release();
  }
}
