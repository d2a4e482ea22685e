import type { Json } from '../core/json.js';
import type { HeldAttempt } from '../core/target.js';
import { limitWords } from '../core/time-limit.js';
import { sleepUntilNs } from './clock.js';
import type { ClientPlan } from './protocol.js';

/** A client's first attempt, held or not to be had; it is made when it is released, either way. */
export interface Held<Of> {
  readonly of: Of;
  readonly plan: ClientPlan;
  readonly attempt: HeldAttempt | { readonly error: unknown };
}

/** An attempt that was let go. */
export interface Released<Of> {
  readonly held: Held<Of>;
  /** Just before its last bytes left. */
  readonly atNs: bigint;
  /** It was answered before: it began when it was held. */
  readonly early: boolean;
  readonly answer: Promise<Json>;
}

/** Servers give up on a request that does not come to its end: what begins later than this is not held. */
const LONGEST_HELD_NS = 1_000_000_000;

/** Nanoseconds after the barrier at which a client makes its first attempt. */
export function firstStartNs({ delayNs, attempts: [first] }: ClientPlan): number {
  return delayNs + (first?.afterMs ?? 0) * 1e6;
}

export function canBeHeld(plan: ClientPlan): boolean {
  return plan.attempts.length > 0 && firstStartNs(plan) <= LONGEST_HELD_NS;
}

/** Resolves with the held attempt, or with why there is none. What comes after the limit is abandoned. */
export async function heldWithin(
  holding: Promise<HeldAttempt>,
  limitMs: number,
): Promise<Held<never>['attempt']> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    const attempt = await Promise.race([holding, late]);
    if (attempt !== undefined) return attempt;
    holding.then(
      (tooLate) => tooLate.abandon(),
      () => undefined,
    );
    const message = `it could not be held within ${limitWords(limitMs)}`;
    return { error: Object.assign(new Error(message), { code: 'timeout' }) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}

export function abandon({ attempt }: Held<unknown>): void {
  if ('abandon' in attempt) attempt.abandon();
}

/**
 * Releases each attempt at its own start. Those that start together are released in one turn of the event loop with nothing
 * in between, right behind `aboutToRelease`, or behind what that gives to wait for; what is to be recorded of them is told
 * afterwards. `isAll`: nothing is left to be released at a later moment, from which a wait would take.
 */
export async function releaseAll<Of>(
  held: readonly Held<Of>[],
  startAtNs: bigint,
  aboutToRelease: (isAll: boolean) => Promise<void> | void,
  onReleased: (released: Released<Of>) => void,
): Promise<void> {
  const startsNs = new Set(held.map(({ plan }) => firstStartNs(plan)));
  for (const startNs of [...startsNs].sort((a, b) => a - b)) {
    const group = held.filter(({ plan }) => firstStartNs(plan) === startNs);
    if (startNs > 0) await sleepUntilNs(startAtNs + BigInt(Math.round(startNs)));
    const ready = group.length > 1 ? aboutToRelease(group.length === held.length) : undefined;
    if (ready !== undefined) await ready;
    group.map(release).forEach(onReleased);
  }
}

function release<Of>(held: Held<Of>): Released<Of> {
  const { attempt } = held;
  const atNs = process.hrtime.bigint();
  if ('error' in attempt) return { held, atNs, early: false, answer: rejected(attempt.error) };
  const { early } = attempt;
  try {
    return { held, atNs, early, answer: attempt.release() };
  } catch (error) {
    return { held, atNs, early, answer: rejected(error) };
  }
}

async function rejected(error: unknown): Promise<never> {
  await Promise.resolve();
  throw error;
}
