import type { ChangingColumns } from './changing-columns.js';
import {
  anyMeet,
  type IsChanging,
  lockedRowsMeet,
  locksConflict,
  type PostgresFootprint,
  rowsMeet,
  touchesAnything,
} from './footprint.js';
import type { RowOrder } from './row-order.js';
import type { ServerClock } from './server-clock.js';
import { watchedDependent } from './serializable-dependence.js';

/** What can only be told from all steps so far. It grows, and what was independent becomes dependent. */
export interface Learnt {
  readonly order: RowOrder;
  readonly columns: ChangingColumns;
  readonly clock: ServerClock;
}

/**
 * Whether swapping two neighbouring steps of different sessions could change an answer, who waits, or the state that is left.
 * Where it is not shown that nothing changes, it is true. Each rule says why, with the smallest case.
 */
export function dependent(
  one: PostgresFootprint,
  other: PostgresFootprint,
  { order, columns, clock }: Learnt,
): boolean {
  if (one.touches === 'nothing' || other.touches === 'nothing') return false;
  if (sameClock(one, other, clock)) return true;
  if (one.touches === 'unknown' || other.touches === 'unknown') return !onlyBegins(one) && !onlyBegins(other);
  const isChanging: IsChanging = (table, column) => columns.has(table, column);
  return (
    oneWay(one, other, isChanging) ||
    oneWay(other, one, isChanging) ||
    sameSequence(one, other) ||
    samePlace(one, other, order) ||
    asksMeet(one, other, isChanging) ||
    watchedDependent(one, other)
  );
}

function oneWay(one: PostgresFootprint, other: PostgresFootprint, isChanging: IsChanging): boolean {
  return (
    readsPublished(one, other) ||
    fixesBeforePublished(one, other) ||
    asksForFreed(one, other, isChanging) ||
    asksForPublished(one, other, isChanging) ||
    mayCloseCircle(one, other, isChanging)
  );
}

/**
 * A statement sees what was committed before it began, and nothing else (READ COMMITTED; the first of a REPEATABLE READ).
 * So a read depends on the COMMIT that publishes what it reads, and not on the UPDATE before it.
 * Case: `select` of a row | `commit` of an update of that row.
 */
function readsPublished({ reads }: PostgresFootprint, { publishes }: PostgresFootprint): boolean {
  return anyMeet(reads, publishes, rowsMeet);
}

/**
 * The first statement of a REPEATABLE READ or SERIALIZABLE transaction fixes what all later ones see, so it depends on every
 * step that publishes anything, whatever it reads itself.
 * Case: `select 1` as first statement | autocommit `update a`; the transaction reads `a` later.
 */
function fixesBeforePublished(one: PostgresFootprint, other: PostgresFootprint): boolean {
  return one.fixesSnapshot && other.publishes.length > 0;
}

/**
 * COMMIT and ROLLBACK free locks: whoever asks before waits, whoever asks after does not.
 * Case: `select ... for update nowait` | `rollback` of who holds the row: 55P03 or a row.
 */
function asksForFreed(
  { asks }: PostgresFootprint,
  { frees }: PostgresFootprint,
  isChanging: IsChanging,
): boolean {
  return locksConflict(asks, frees, isChanging);
}

/**
 * Who locks a row gets its newest version, whatever its snapshot shows: READ COMMITTED looks at the row again, REPEATABLE
 * READ fails with 40001. That is so for locks, too, that do not exclude the one that the publisher held.
 * Case: REPEATABLE READ `select ... for key share` | `commit` of an update of the row.
 */
function asksForPublished(
  { asks }: PostgresFootprint,
  { publishes }: PostgresFootprint,
  isChanging: IsChanging,
): boolean {
  return anyMeet(asks.rows, publishes, (asked, published) => lockedRowsMeet(asked, published, isChanging));
}

/**
 * One would wait for a lock that the other's transaction holds, and the other asks for one that is taken, perhaps by the
 * first: then the second of them closes a circle, and who fails depends on who came last.
 * Case: A holds 1, B holds 2: `A asks for 2` | `B asks for 1`. The rows differ, and yet the order matters.
 */
function mayCloseCircle(one: PostgresFootprint, other: PostgresFootprint, isChanging: IsChanging): boolean {
  return other.contends && locksConflict(one.asks, other.holds, isChanging);
}

/**
 * Two who ask for what they cannot both have: the first gets it. This is all that two writes of one row come to, since
 * nobody sees either before its COMMIT.
 * Case: `update` of a row | `update` of that row.
 */
function asksMeet(one: PostgresFootprint, other: PostgresFootprint, isChanging: IsChanging): boolean {
  return locksConflict(one.asks, other.asks, isChanging);
}

/**
 * A sequence is no part of a transaction: each `nextval` is different, in the order in which they came.
 * Case: `insert` with a serial id | `insert` with a serial id: the ids are exchanged.
 */
function sameSequence(one: PostgresFootprint, other: PostgresFootprint): boolean {
  return one.sequences.some((sequence) => other.sequences.includes(sequence));
}

/**
 * New versions of rows stand in a table in the order in which they came, whatever becomes of them, and a statement without
 * ORDER BY reads, locks and limits them in that order. Where there is no such statement nobody learns of it.
 * Case: `insert` of 4 | `insert` of 5, and then `select ... limit 1 for update`, or two who lock both rows as they stand.
 */
function samePlace(one: PostgresFootprint, other: PostgresFootprint, order: RowOrder): boolean {
  return one.places.some((table) => other.places.includes(table) && order.matters(table));
}

/**
 * `now()` is the time at which the transaction began, which is the BEGIN: who began first has the earlier one, whatever came
 * later. Where nobody compares times nobody learns of it.
 * Case: `begin` | `begin`, then each inserts a row with `now()`, and somebody takes the oldest: `order by at limit 1`.
 */
function sameClock(one: PostgresFootprint, other: PostgresFootprint, clock: ServerClock): boolean {
  return clock.takesTime(one) && clock.takesTime(other);
}

/** Whatever an unknown step does: that a transaction begins is seen by its time alone, if at all. */
function onlyBegins(footprint: PostgresFootprint): boolean {
  return footprint.touches === 'something' && !touchesAnything({ ...footprint, begins: false });
}
