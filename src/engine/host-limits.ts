import type { Fault } from '../core/scenario.js';
import type { ClientPlan } from './protocol.js';

/** On top of an operation's own limit, for what a host does besides. */
const GRACE_MS = 5_000;
/** On top of that, for each client that may have to be opened: some servers make one connection after the other. */
const OPEN_MS = 200;

/** How long a host may take to answer, where it has no attempts to make. */
export function answerLimitMs(timeoutMs: number): number {
  return timeoutMs + GRACE_MS;
}

/** How long it may take to open so many clients. */
export function openingMs(plans: readonly ClientPlan[]): number {
  return plans.length * OPEN_MS;
}

/** How long a burst may take, from the barrier to the last answer. */
export function burstLimitMs(
  plans: readonly ClientPlan[],
  faults: readonly Fault[],
  timeoutMs: number,
): number {
  const attempts = Math.max(...plans.map((plan) => plan.attempts.length));
  const delayMs = Math.max(...plans.map(waitingMs));
  const stallMs = faults.reduce((ms, fault) => ms + (fault.kind === 'stall' ? fault.forMs : 0), 0);
  // After a time-out the next attempt begins with a new connection.
  return attempts * answerLimitMs(timeoutMs) + delayMs + stallMs;
}

/** How long a client waits by plan, in all. */
function waitingMs({ delayNs, attempts }: ClientPlan): number {
  return attempts.reduce((ms, { afterMs = 0 }) => ms + afterMs, delayNs / 1e6);
}
