import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import type { Trouble } from '../stores/trouble.js';
import { HostFailure } from './host-failure.js';
import { HostGone } from './host-link.js';
import type { HostError } from './protocol.js';
import { WrongShape } from './trial.js';

/** Nothing can be learnt from a server any more. */
export class InTrouble extends Error {}

/** What a run comes to that ended with an error. */
export type RunFailure =
  /** What was tried until then is judged, and this is why there is no more of it. */
  | { readonly kind: 'judged'; readonly reason: string }
  /** The target's code is wrong, or does not answer: not a verdict. */
  | { readonly kind: 'could-not-run'; readonly error: HostError };

/** Of the first server that has any. */
export async function troubleOf(servers: ReadonlyMap<string, StoreServer>): Promise<Trouble | undefined> {
  for (const server of servers.values()) {
    const trouble = await server.trouble();
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/**
 * A server that is gone, or silent, makes the run inconclusive; all else that is thrown is the target's mistake, or ours: what is
 * ours is thrown on. `hasTried`: there is a trial to judge.
 */
export async function failureOf(
  error: unknown,
  servers: ReadonlyMap<string, StoreServer>,
  hasTried: boolean,
): Promise<RunFailure> {
  if (error instanceof StoreUnavailable) {
    const { words: message } = error;
    if (hasTried) return { kind: 'judged', reason: message };
    return { kind: 'could-not-run', error: { kind: 'failure', message } };
  }
  if (error instanceof InTrouble) return { kind: 'judged', reason: error.message };
  const trouble = await troubleOf(servers);
  // A server that is there and silent explains no mistake in the target's code.
  const isMistake = error instanceof HostFailure && error.error.kind === 'mistake';
  if (trouble !== undefined && (trouble.isGone || !isMistake))
    return { kind: 'judged', reason: trouble.words };
  // A process, or the room on a server's disk, can be lost between two bursts as well as within one. What was tried until
  // then still counts.
  const isOutside =
    error instanceof HostGone || (error instanceof HostFailure && error.error.kind === 'failure');
  if (isOutside && hasTried) return { kind: 'judged', reason: error.message };
  if (error instanceof HostFailure) return { kind: 'could-not-run', error: error.error };
  if (error instanceof WrongShape || error instanceof HostGone) {
    return { kind: 'could-not-run', error: { kind: 'mistake', message: error.message } };
  }
  throw error;
}
