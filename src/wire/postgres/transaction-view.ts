import type { Effect, Isolation } from './effects.js';
import { type AdvisoryLock, joinLocks, type Locks, NO_LOCKS, type Rows } from './footprint.js';

/** What is known of a session's transaction between two steps. Values of this type are never changed. */
export interface TransactionView {
  /** `implicit`: outside of a BEGIN, between a statement and the Sync or the end of the text that commits it. */
  readonly open: 'no' | 'implicit' | 'explicit';
  /** A statement failed: all is rolled back but the ROLLBACK. */
  readonly hasFailed: boolean;
  readonly isolation: Isolation;
  readonly sessionIsolation: Isolation;
  /** What a rollback gives back to the session; absent: the transaction has not set it. */
  readonly isolationBefore?: Isolation | undefined;
  readonly hasSnapshot: boolean;
  readonly hasSavepoint: boolean;
  /** Up to its end. */
  readonly locks: Locks;
  readonly written: readonly Rows[];
  readonly watchedReads: readonly string[];
  readonly watchedWrites: readonly string[];
  /** Up to the end of the session, or an unlock. */
  readonly sessionLocks: readonly AdvisoryLock[];
  /** Why the transaction can no longer be followed. */
  readonly lost?: string;
  /** Why the session cannot. */
  readonly lostSession?: string;
  /** That is only since it looks for names here. */
  readonly path?: string | undefined;
}

const fresh = new Map<Isolation, TransactionView>();

/** The same one for each isolation. */
export function newSession(sessionIsolation: Isolation): TransactionView {
  let view = fresh.get(sessionIsolation);
  if (view === undefined) {
    view = {
      open: 'no',
      hasFailed: false,
      isolation: sessionIsolation,
      sessionIsolation,
      hasSnapshot: false,
      hasSavepoint: false,
      locks: NO_LOCKS,
      written: [],
      watchedReads: [],
      watchedWrites: [],
      sessionLocks: [],
    };
    fresh.set(sessionIsolation, view);
  }
  return view;
}

/** If it has a transaction, or gets one, the server watches what that reads and writes, or may do so. */
export function mayBeWatched({ isolation }: TransactionView): boolean {
  return isolation === 'serializable' || isolation === 'unknown';
}

/** Its transaction has a snapshot, from which on the server watches it. */
export function isWatched(view: TransactionView): boolean {
  return view.hasSnapshot && mayBeWatched(view);
}

/** All that a session keeps from others. */
export function held({ locks, sessionLocks }: TransactionView): Locks {
  return joinLocks(locks, { ...NO_LOCKS, advisory: sessionLocks });
}

/** From here on names mean something else; in a transaction that may be taken back. */
export function renamed(
  view: TransactionView,
  { why, path }: Extract<Effect, { kind: 'renames' }>,
): TransactionView {
  const isOnlyPath = view.open === 'no' && (view.lostSession === undefined || view.path !== undefined);
  return { ...view, lost: why, lostSession: why, path: isOnlyPath ? path : undefined };
}
