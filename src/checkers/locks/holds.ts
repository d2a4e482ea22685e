import type { ContractTypes } from '../../core/contract.js';
import type { History, NoteEvent, Operation } from '../../core/history.js';

/** Two `shared` holders go together, every other pair does not. Without a word about it a lock is `exclusive`. */
export type LockMode = 'shared' | 'exclusive';

/** That an operation held a lock, as its notes tell. */
export interface Hold {
  readonly client: number;
  readonly process: number;
  readonly key: string;
  readonly mode: LockMode;
  readonly acquiredNs: number;
  /** Until then the store must have kept it for this holder. */
  readonly certainUntilNs: number;
  /** Until then the holder took itself for one. */
  readonly believedUntilNs: number;
  /** When its lease was over; `Infinity` for a lock without one. */
  readonly leaseEndsNs: number;
  /** The invocation, the acquisition and the release, as far as there are any. */
  readonly witness: readonly number[];
}

/** That an operation asked for a lock, and until when it waited for it. */
export interface Wait {
  readonly client: number;
  readonly key: string;
  readonly requestedNs: number;
  readonly endedNs: number;
  /** Else it gave up: the wait ended with the operation at the latest. */
  readonly acquired: boolean;
  readonly witness: readonly number[];
}

/** What the notes of a trial tell of its locks. */
export interface LockNotes {
  /** In the order of their acquisition. */
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
}

/**
 * Taken off the end of a lease: the notes' clock is that of the clients, and a store may count a lease from a moment that
 * it read off its clock a little before it granted it. An expiry of 600 ms and a slip of 5 ms lose 1 % of what could be proved.
 */
const LEASE_SLACK_NS = 5e6;

/**
 * Reads the notes about locks, the same for every contract:
 *
 * - `lock-requested { key }` before the store is asked for it, once for each lock that is waited for;
 * - `lock-acquired { key, mode?, leaseMs? }` after the store granted it; `mode` is `shared` or `exclusive` (default), and
 *   `leaseMs` says for how long from then on the store will keep it at least, where it is a lease;
 * - `lock-released { key }` before the store is asked to let go. It ends every hold of the operation on that key.
 *
 * So the noted time of a hold lies within the true one, and two that overlap were true at once. The other way round they
 * would overlap in every hand-over. A hold whose release is not noted (an error, a crash, a time-out) proves no more than
 * the moment of its acquisition: the store may have let go right after it.
 *
 * Linear. Skips notes without a key, and those of background workers, which belong to no operation.
 */
export function lockNotes<C extends ContractTypes>({
  operations,
  events,
}: Pick<History<C>, 'operations' | 'events'>): LockNotes {
  const holds: Hold[] = [];
  const waits: Wait[] = [];
  for (const operation of operations) {
    const requested = new Map<string, PlacedNote>();
    const held = new Map<string, PlacedNote[]>();
    for (const note of operation.notes) {
      const { key } = note.fields;
      if (typeof key !== 'string') continue;
      if (note.kind === 'lock-requested') {
        requested.set(key, note);
      } else if (note.kind === 'lock-acquired') {
        const request = requested.get(key);
        if (request) waits.push(waitOf(operation, key, request, note.timeNs, [note.index]));
        requested.delete(key);
        held.set(key, [...(held.get(key) ?? []), note]);
      } else if (note.kind === 'lock-released') {
        holds.push(...(held.get(key) ?? []).map((acquired) => holdOf(operation, key, acquired, note)));
        held.delete(key);
      }
    }
    for (const [key, unreleased] of held) {
      holds.push(...unreleased.map((acquired) => holdOf(operation, key, acquired, undefined)));
    }
    const { completeIndex } = operation;
    const ended = completeIndex === undefined ? undefined : events[completeIndex];
    for (const [key, request] of requested) {
      if (ended) waits.push(waitOf(operation, key, request, ended.timeNs, undefined));
    }
  }
  holds.sort((a, b) => a.acquiredNs - b.acquiredNs);
  return { holds, waits };
}

/** May two hold a lock at once? */
export function compatible(one: LockMode, other: LockMode): boolean {
  return one === 'shared' && other === 'shared';
}

type PlacedNote = NoteEvent & { readonly index: number };

function holdOf<C extends ContractTypes>(
  { client, process, invokeIndex }: Operation<C>,
  key: string,
  acquired: PlacedNote,
  released: PlacedNote | undefined,
): Hold {
  const { mode, leaseMs } = acquired.fields;
  const acquiredNs = acquired.timeNs;
  const leaseEndsNs = typeof leaseMs === 'number' ? acquiredNs + leaseMs * 1e6 : Infinity;
  const believedUntilNs = released?.timeNs ?? acquiredNs;
  return {
    client,
    process,
    key,
    mode: mode === 'shared' ? 'shared' : 'exclusive',
    acquiredNs,
    certainUntilNs: Math.max(acquiredNs, Math.min(believedUntilNs, leaseEndsNs - LEASE_SLACK_NS)),
    believedUntilNs,
    leaseEndsNs,
    witness: [invokeIndex, acquired.index, ...(released ? [released.index] : [])],
  };
}

function waitOf<C extends ContractTypes>(
  { client, invokeIndex }: Operation<C>,
  key: string,
  requested: PlacedNote,
  endedNs: number,
  granted: readonly number[] | undefined,
): Wait {
  const witness = [invokeIndex, requested.index, ...(granted ?? [])];
  return { client, key, requestedNs: requested.timeNs, endedNs, acquired: granted !== undefined, witness };
}
