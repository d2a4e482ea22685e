import type { Footprint } from '../../core/step.js';
import { rowStrengthsConflict, type RowStrength, tableModesConflict } from './lock-modes.js';

/** For some columns, the only values that they can have, in a form in which equal values are equal texts. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

/** Rows of a table: those whose columns have these values, or fewer. Without a column: any row. */
export interface Rows {
  readonly table: string;
  readonly where: KnownValues;
  /**
   * Whole keys by which they are named, each of one row at most. Of rows that are read: whatever way the server looks for
   * them, it comes by the row of each of these. Of rows that are written: it is the row of each of these. Absent: not known.
   */
  readonly keys?: readonly string[];
  /** Of a read that was not ended by a LIMIT: it comes by every row of the table, or every version of each. Absent: not known. */
  readonly comesBy?: 'every row' | 'every version';
  /** By a LIMIT, once there were so many. */
  readonly mayEndEarly?: boolean;
}

/** Of one table. */
export interface Columns {
  readonly table: string;
  readonly columns: readonly string[];
}

export interface RowLock extends Rows {
  readonly strength: RowStrength;
  /** The row is there and was locked: not only perhaps. */
  readonly isCertain?: true;
}

/**
 * A value in a unique index. `insert`: somebody who adds it has to wait for whoever added, changed or removed a row that
 * has it. `alter`: nobody adds it here, so two of these never wait for each other.
 */
export interface KeyLock {
  readonly index: string;
  readonly where: KnownValues;
  readonly mode: 'insert' | 'alter';
}

export interface TableLock {
  readonly table: string;
  readonly mode: number;
}

export interface AdvisoryLock {
  /** Undefined where it is not known. */
  readonly key: string | undefined;
  readonly isShared: boolean;
}

export interface Locks {
  readonly rows: readonly RowLock[];
  readonly keys: readonly KeyLock[];
  readonly tables: readonly TableLock[];
  readonly advisory: readonly AdvisoryLock[];
}

export const NO_LOCKS: Locks = { rows: [], keys: [], tables: [], advisory: [] };

/** A SERIALIZABLE transaction, as far as it has come. */
export interface WatchedTransaction {
  /** Whose it is, and which of his: the same in every schedule that leads here. */
  readonly name: string;
  /** Tables. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly hasCommitted: boolean;
  /** Of one that has committed: those that were open beside it then. */
  readonly beside: readonly string[];
}

/** What a step of a SERIALIZABLE transaction does, for the server's watch over reads and writes (SSI). */
export interface Watched {
  /** Tables that the step itself reads and writes. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** In those. */
  readonly rowsRead: readonly Rows[];
  readonly rowsWritten: readonly Rows[];
  readonly ends: 'no' | 'commit' | 'rollback';
  /** Its transaction, with this step. */
  readonly own: WatchedTransaction;
  /** Those that are open beside it, and those that have committed beside one of these. */
  readonly others: readonly WatchedTransaction[];
  /** What it, or another one, is or does is not known. */
  readonly isUnclear: boolean;
  /** While one was open, a transaction that the server does not watch has committed something. */
  readonly isMixed: boolean;
}

/** Which times of the server a step takes, and whether it compares some. */
export interface TimesTaken {
  /** The time at which it runs. */
  readonly own: boolean;
  /** The time at which its transaction began. */
  readonly transaction: boolean;
  readonly compared: boolean;
}

export const NO_TIMES: TimesTaken = { own: false, transaction: false, compared: false };

/** What one step reads, locks and publishes. All of it is at least what really happens. */
export interface PostgresFootprint extends Footprint {
  /** Why nothing is known; for people. */
  readonly why?: string;
  /** Through a snapshot that this step takes. What an older snapshot shows is not here: nobody can change it. */
  readonly reads: readonly Rows[];
  /** It takes the snapshot that later steps of its transaction will read from. */
  readonly fixesSnapshot: boolean;
  /** `nextval`, `setval` and reads of these: at once visible to all, whatever becomes of the transaction. */
  readonly sequences: readonly string[];
  /** Tables in which it puts new versions of rows, published or not. */
  readonly places: readonly string[];
  /** Tables of which it rests on the order in which rows stand there. */
  readonly scans: readonly string[];
  /** Columns to which it gives other values in rows that are there. */
  readonly assigns: readonly Columns[];
  readonly times: TimesTaken;
  /** A transaction begins with it whose beginning it, or a later step, may use as a time. */
  readonly begins: boolean;
  readonly asks: Locks;
  /** What its transaction and its session had locked before. */
  readonly holds: Locks;
  /** One of the locks it asks for is held, or asked for, by another session. */
  readonly contends: boolean;
  /** Made visible to others. */
  readonly publishes: readonly Rows[];
  readonly frees: Locks;
  readonly watched?: Watched;
}

export const TOUCHES_NOTHING: PostgresFootprint = {
  touches: 'nothing',
  reads: [],
  fixesSnapshot: false,
  sequences: [],
  places: [],
  scans: [],
  assigns: [],
  times: NO_TIMES,
  begins: false,
  asks: NO_LOCKS,
  holds: NO_LOCKS,
  contends: false,
  publishes: [],
  frees: NO_LOCKS,
};

/** A step that was answered so. What failed has put its versions of rows there for nobody. */
export function changesNothing(
  { touches, publishes, sequences, places }: PostgresFootprint,
  failed: boolean,
): boolean {
  const isKept = publishes.length + sequences.length > 0 || (places.length > 0 && !failed);
  return touches !== 'unknown' && !isKept;
}

export function unknownFootprint(why: string): PostgresFootprint {
  return { ...TOUCHES_NOTHING, touches: 'unknown', why };
}

/**
 * Whether a row can be among both. Not if one column has different values in them: it is looked at in one state, in which a
 * row has one value a column. A step that may change the column does not have it here.
 */
export function mayMeet(one: KnownValues, other: KnownValues): boolean {
  return Object.entries(one).every(([column, values]) => {
    const others = other[column];
    return others === undefined || values.some((value) => others.includes(value));
  });
}

export function rowsMeet(one: Rows, other: Rows): boolean {
  return one.table === other.table && mayMeet(one.where, other.where);
}

export function anyMeet<A, B>(
  ones: readonly A[],
  others: readonly B[],
  meets: (one: A, other: B) => boolean,
): boolean {
  return ones.some((one) => others.some((other) => meets(one, other)));
}

/** `isChanging`: by that column rows cannot be told apart for as long as they are locked. */
export function locksConflict(one: Locks, other: Locks, isChanging: IsChanging): boolean {
  return (
    anyMeet(one.rows, other.rows, (a, b) => rowLocksConflict(a, b, isChanging)) ||
    anyMeet(one.keys, other.keys, keysConflict) ||
    anyMeet(one.tables, other.tables, (a, b) => a.table === b.table && tableModesConflict(a.mode, b.mode)) ||
    anyMeet(one.advisory, other.advisory, advisoryConflict)
  );
}

export type IsChanging = (table: string, column: string) => boolean;

function rowLocksConflict(one: RowLock, other: RowLock, isChanging: IsChanging): boolean {
  return rowStrengthsConflict(one.strength, other.strength) && lockedRowsMeet(one, other, isChanging);
}

/** As `rowsMeet`, of rows that were found in states of the table that may differ. */
export function lockedRowsMeet(one: Rows, other: Rows, isChanging: IsChanging): boolean {
  if (one.table !== other.table) return false;
  const lasting = Object.entries(one.where).filter(([column]) => !isChanging(one.table, column));
  return mayMeet(Object.fromEntries(lasting), other.where);
}

function keysConflict(one: KeyLock, other: KeyLock): boolean {
  return (
    one.index === other.index &&
    (one.mode === 'insert' || other.mode === 'insert') &&
    mayMeet(one.where, other.where)
  );
}

function advisoryConflict(one: AdvisoryLock, other: AdvisoryLock): boolean {
  if (one.isShared && other.isShared) return false;
  return one.key === undefined || other.key === undefined || one.key === other.key;
}

export function joinLocks(one: Locks, other: Locks): Locks {
  return {
    rows: [...one.rows, ...other.rows],
    keys: [...one.keys, ...other.keys],
    tables: [...one.tables, ...other.tables],
    advisory: [...one.advisory, ...other.advisory],
  };
}

export function hasLocks({ rows, keys, tables, advisory }: Locks): boolean {
  return rows.length + keys.length + tables.length + advisory.length > 0;
}

/** Without `touches`, which follows from it. */
export function touchesAnything(footprint: Omit<PostgresFootprint, 'touches'>): boolean {
  const { reads, fixesSnapshot, sequences, times, begins, asks, publishes, frees, watched } = footprint;
  return (
    reads.length + sequences.length + publishes.length > 0 ||
    fixesSnapshot ||
    times.own ||
    begins ||
    hasLocks(asks) ||
    hasLocks(frees) ||
    watched !== undefined
  );
}
