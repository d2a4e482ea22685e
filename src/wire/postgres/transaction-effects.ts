import type { TransactionStatus } from './backend.js';
import type { DataEffect, Effect } from './effects.js';
import {
  type Columns,
  joinLocks,
  type Locks,
  NO_LOCKS,
  NO_TIMES,
  type PostgresFootprint,
  type Rows,
  touchesAnything,
  unknownFootprint,
} from './footprint.js';
import { ANY_ADVISORY, leftOf, uncertain, withAny, withoutCovered } from './kept-locks.js';
import { bothTimes } from './server-clock.js';
import { held, mayBeWatched, newSession, renamed, type TransactionView } from './transaction-view.js';
import { WatchedEffects } from './watched-effects.js';

/** What came of a step, where it is known. */
export interface Outcome {
  readonly failed: boolean;
  /** It failed since somebody else has changed the row that it was about to write. */
  readonly lostRow?: boolean;
  /** Whoever asked whether it gets a lock was told that it does not. */
  readonly wasRefused?: boolean;
  readonly status: TransactionStatus;
  /** Rows that each statement says it had, by its place; undefined where it does not say. */
  readonly counts: readonly (number | undefined)[];
}

/** A footprint without what only the sight of all sessions tells: there it has nothing. */
export type OwnFootprint = PostgresFootprint & { readonly contends: false };

/** One step of a session: what it touches, and what is known of the session afterwards. */
export interface Walked {
  readonly footprint: OwnFootprint;
  readonly view: TransactionView;
}

/**
 * Follows a session through the effects of one step. `endsImplicit`: a Sync or the end of a Query commits what is not inside
 * of a BEGIN. Without an outcome it is taken that every statement does all that it may do.
 */
export function walk(
  before: TransactionView,
  effects: readonly Effect[],
  endsImplicit: boolean,
  outcome?: Outcome,
): Walked {
  const step = new Step(before, outcome);
  effects.forEach((effect, at) => step.take(effect, at));
  if (outcome?.failed) step.fail();
  else if (endsImplicit) step.endImplicit();
  if (outcome !== undefined) step.reconcile(outcome.status);
  return step.result();
}

class Step {
  #view: TransactionView;
  readonly #holds: Locks;
  #reads: Rows[] = [];
  #fixesSnapshot = false;
  #sequences: string[] = [];
  #places: string[] = [];
  #scans: string[] = [];
  #assigns: Columns[] = [];
  #times = NO_TIMES;
  #begins = false;
  #asks: Locks = NO_LOCKS;
  #publishes: Rows[] = [];
  #frees: Locks = NO_LOCKS;
  #why: string | undefined;
  readonly #watched = new WatchedEffects();

  constructor(
    before: TransactionView,
    private readonly outcome: Outcome | undefined,
  ) {
    this.#view = before;
    this.#holds = held(before);
  }

  take(effect: Effect, at: number): void {
    const view = this.#view;
    if (
      view.hasFailed &&
      effect.kind !== 'rollback' &&
      effect.kind !== 'commit' &&
      effect.kind !== 'leaves' &&
      effect.kind !== 'rollback-to-savepoint'
    )
      return;
    switch (effect.kind) {
      case 'nothing':
        return;
      case 'begin':
        this.#begins ||= view.open === 'no';
        this.#view = {
          ...view,
          open: 'explicit',
          isolation: effect.isolation ?? (view.open === 'no' ? view.sessionIsolation : view.isolation),
        };
        return;
      case 'commit':
        return this.#end(!view.hasFailed, effect.andBegins);
      case 'rollback':
        return this.#end(false, effect.andBegins);
      case 'leaves':
        return this.#leave();
      case 'savepoint':
        this.#view = { ...view, hasSavepoint: true };
        return;
      case 'rollback-to-savepoint':
        if (view.lost !== undefined) this.#why ??= view.lost;
        // Which locks were taken after the savepoint is not kept: any of them may be freed, and any may be held still.
        this.#frees = joinLocks(this.#frees, view.locks);
        this.#view = { ...view, hasFailed: false, locks: uncertain(view.locks) };
        // Nor is kept on which side of the savepoint it was set.
        if (view.isolationBefore !== undefined) this.#view = { ...this.#view, sessionIsolation: 'unknown' };
        return;
      case 'isolation':
        this.#view =
          effect.of === 'session'
            ? {
                ...view,
                sessionIsolation: effect.isolation,
                isolationBefore: view.isolationBefore ?? view.sessionIsolation,
              }
            : { ...view, isolation: effect.isolation };
        return;
      case 'renames':
        this.#why ??= effect.why;
        this.#view = renamed(view, effect);
        return;
      case 'changes-schema':
      case 'unknown':
        this.#why ??= effect.why;
        this.#begins ||= view.open === 'no';
        this.#view = {
          ...view,
          lost: effect.why,
          open: view.open === 'no' ? 'implicit' : view.open,
          sessionLocks: withAny(view.sessionLocks),
        };
        return;
      case 'data':
        return this.#data(effect, this.outcome?.counts[at]);
    }
  }

  #data(effect: DataEffect, count: number | undefined): void {
    const view = this.#view;
    const begins = view.open === 'no';
    const isolation = begins ? view.sessionIsolation : view.isolation;
    const isFixed = isolation !== 'read committed';
    const isFirst = isFixed && effect.takesSnapshot && (begins || !view.hasSnapshot);
    this.#begins ||= begins;
    this.#times = bothTimes(this.#times, effect.times);
    if (isFirst) this.#fixesSnapshot = true;
    if (!isFixed || isFirst || isolation === 'unknown') this.#reads.push(...effect.reads);
    this.#reads.push(...effect.freshReads);
    this.#sequences.push(...effect.sequences);
    this.#scans.push(...effect.scans);
    this.#assigns.push(...effect.assigns);
    const asks = withoutCovered(effect.asks, view.locks);
    this.#asks = joinLocks(this.#asks, asks);
    const writes = count === 0 && effect.countsWrites ? [] : effect.writes;
    if (count !== 0 || !effect.countsWrites) this.#places.push(...effect.places);
    const certain = count !== undefined && count > 0 && effect.certain !== undefined ? [effect.certain] : [];
    const unlocked = effect.unlocks === 'all' ? ANY_ADVISORY : effect.unlocks;
    this.#frees = joinLocks(this.#frees, { ...NO_LOCKS, advisory: unlocked });
    const wasRefused = effect.saysWhetherLocked && this.outcome?.wasRefused === true;
    const taken = wasRefused ? [] : effect.asks.advisory;
    const transactional = taken.filter((lock) => !effect.sessionLocks.includes(lock));
    this.#view = {
      ...view,
      open: begins ? 'implicit' : view.open,
      isolation,
      hasSnapshot: (!begins && view.hasSnapshot) || effect.takesSnapshot,
      locks: joinLocks(view.locks, {
        ...asks,
        rows: [...asks.rows, ...certain],
        advisory: transactional,
      }),
      written: [...view.written, ...writes],
      sessionLocks: [
        ...leftOf(view.sessionLocks, effect.unlocks),
        ...effect.sessionLocks.filter((lock) => taken.includes(lock)),
      ],
    };
    // The row of one key is looked at before the server asks who has read it.
    const hasWritten = !(this.outcome?.lostRow && effect.countsWrites && effect.certain !== undefined);
    if (mayBeWatched(this.#view)) {
      this.#view = this.#watched.add(this.#view, effect, hasWritten ? writes : [], count);
    }
  }

  #end(publishes: boolean, andBegins: boolean): void {
    const view = this.#view;
    if (publishes) this.#publishes.push(...view.written);
    this.#frees = joinLocks(this.#frees, view.locks);
    this.#watched.end(view, publishes ? 'commit' : 'rollback');
    if (view.lost !== undefined) this.#why ??= view.lost;
    const { sessionLocks, lostSession, path, isolation } = view;
    const sessionIsolation = publishes
      ? view.sessionIsolation
      : (view.isolationBefore ?? view.sessionIsolation);
    this.#begins ||= andBegins;
    const rested = newSession(sessionIsolation);
    if (sessionLocks.length === 0 && lostSession === undefined && !andBegins) {
      this.#view = rested;
      return;
    }
    this.#view = {
      ...rested,
      sessionLocks,
      ...(lostSession !== undefined && { lostSession }),
      ...(path !== undefined && { path }),
      ...(andBegins && { open: 'explicit' as const, isolation }),
    };
  }

  #leave(): void {
    const { sessionLocks } = this.#view;
    this.#frees = joinLocks(this.#frees, { ...NO_LOCKS, advisory: sessionLocks });
    this.#end(false, false);
    this.#view = { ...this.#view, sessionLocks: [] };
  }

  endImplicit(): void {
    const view = this.#view;
    if (view.open === 'no' && view.isolationBefore !== undefined)
      this.#view = { ...view, isolationBefore: undefined };
    if (view.open !== 'implicit') return;
    // It is over before anybody can use its beginning who has not done so by now.
    this.#begins &&= this.#times.transaction || this.#why !== undefined;
    this.#end(true, false);
  }

  /** A failed transaction frees its locks at once; one with a savepoint those since the savepoint, at least. */
  fail(): void {
    const view = this.#view;
    if (view.lost !== undefined) this.#why ??= view.lost;
    this.#frees = joinLocks(this.#frees, view.locks);
    if (view.open !== 'explicit') return this.#end(false, false);
    this.#watched.end(view, 'rollback');
    // The ROLLBACK after it has nothing left to undo.
    const undone = { locks: NO_LOCKS, written: [], hasSnapshot: false, watchedReads: [], watchedWrites: [] };
    const kept = { locks: uncertain(view.locks) };
    this.#view = { ...view, hasFailed: true, ...(view.hasSavepoint ? kept : undone) };
  }

  /** The server has the last word on whether there is a transaction. */
  reconcile(status: TransactionStatus): void {
    const view = this.#view;
    if (status === 'idle' && view.open === 'explicit') this.#end(true, false);
    else if (status !== 'idle' && view.open !== 'explicit') {
      this.#view = {
        ...view,
        open: 'explicit',
        isolation: 'unknown',
        lost: 'a transaction began that was not seen to begin',
      };
    }
    if (status !== 'idle') this.#view = { ...this.#view, hasFailed: status === 'failed transaction' };
  }

  result(): Walked {
    const why = this.#why ?? this.#view.lost ?? this.#view.lostSession;
    const begins = this.#begins;
    const watched = this.#watched.result(this.#view);
    if (why !== undefined)
      return { footprint: { ...unknownFootprint(why), begins, contends: false }, view: this.#view };
    const footprint = {
      reads: this.#reads,
      fixesSnapshot: this.#fixesSnapshot,
      sequences: this.#sequences,
      places: this.#places,
      scans: this.#scans,
      assigns: this.#assigns,
      times: this.#times,
      begins,
      asks: this.#asks,
      holds: this.#holds,
      contends: false as const,
      publishes: this.#publishes,
      frees: this.#frees,
      ...(watched !== undefined && { watched }),
    };
    return {
      footprint: { touches: touchesAnything(footprint) ? 'something' : 'nothing', ...footprint },
      view: this.#view,
    };
  }
}
