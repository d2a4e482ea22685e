import {
  type AdvisoryLock,
  type Columns,
  type Locks,
  NO_LOCKS,
  NO_TIMES,
  type RowLock,
  type Rows,
  type TimesTaken,
} from './footprint.js';

export type Isolation = 'read committed' | 'repeatable read' | 'serializable' | 'unknown';

/** What one statement does to the data, whoever runs it and at whatever isolation. */
export interface DataEffect {
  readonly kind: 'data';
  /** Through the statement's or the transaction's snapshot. */
  readonly reads: readonly Rows[];
  /** Through a fresh snapshot at every isolation: checks of foreign keys. */
  readonly freshReads: readonly Rows[];
  readonly writes: readonly Rows[];
  /** Tables in which it puts new versions of rows. */
  readonly places: readonly string[];
  /** Tables of which it rests on the order in which rows stand there. */
  readonly scans: readonly string[];
  /** Columns to which it gives other values in rows that are there. */
  readonly assigns: readonly Columns[];
  readonly times: TimesTaken;
  readonly asks: Locks;
  readonly sequences: readonly string[];
  /** Advisory locks that outlive the transaction, which are among those asked for. */
  readonly sessionLocks: readonly AdvisoryLock[];
  /** It asks for one advisory lock, and all that it says is whether it got it. */
  readonly saysWhetherLocked: boolean;
  readonly unlocks: readonly AdvisoryLock[] | 'all';
  readonly takesSnapshot: boolean;
  /** The rows that it says it had are the rows that it wrote. */
  readonly countsWrites: boolean;
  /** If it touches a row at all, it has locked exactly this one: its WHERE names a whole key. */
  readonly certain?: RowLock;
}

/** What one statement is to its session. */
export type Effect =
  | DataEffect
  | { readonly kind: 'nothing' }
  | { readonly kind: 'begin'; readonly isolation?: Isolation }
  | { readonly kind: 'commit' | 'rollback'; readonly andBegins: boolean }
  | { readonly kind: 'rollback-to-savepoint' }
  | { readonly kind: 'savepoint' }
  /** It ends: what it has open is rolled back, and all that it has locked is free. */
  | { readonly kind: 'leaves' }
  | { readonly kind: 'isolation'; readonly isolation: Isolation; readonly of: 'transaction' | 'session' }
  /** What was read of the catalogue is no longer true, for nobody. */
  | { readonly kind: 'changes-schema'; readonly why: string }
  /** From here on, names mean something else in this session. */
  | {
      readonly kind: 'renames';
      readonly why: string;
      /** All that it changes is that they are looked for here. */
      readonly path?: string;
    }
  | { readonly kind: 'unknown'; readonly why: string };

export const NO_DATA: DataEffect = {
  kind: 'data',
  reads: [],
  freshReads: [],
  writes: [],
  places: [],
  scans: [],
  assigns: [],
  times: NO_TIMES,
  asks: NO_LOCKS,
  sequences: [],
  sessionLocks: [],
  saysWhetherLocked: false,
  unlocks: [],
  takesSnapshot: true,
  countsWrites: false,
};

/** Collects what the parts of one statement do. The first reason to know nothing ends it, thrown as `NotKnown`. */
export class EffectBuilder {
  readonly reads: Rows[] = [];
  readonly freshReads: Rows[] = [];
  readonly writes: Rows[] = [];
  readonly places: string[] = [];
  readonly scans: string[] = [];
  readonly assigns: Columns[] = [];
  readonly rows: RowLock[] = [];
  readonly keys: Locks['keys'][number][] = [];
  readonly tables: Locks['tables'][number][] = [];
  readonly advisory: AdvisoryLock[] = [];
  readonly sequences: string[] = [];
  readonly sessionLocks: AdvisoryLock[] = [];
  unlocks: AdvisoryLock[] | 'all' = [];
  certain: RowLock | undefined;
  times = NO_TIMES;

  build(): DataEffect {
    const {
      reads,
      freshReads,
      writes,
      places,
      scans,
      assigns,
      rows,
      keys,
      tables,
      advisory,
      sequences,
      sessionLocks,
      unlocks,
      times,
    } = this;
    return {
      ...NO_DATA,
      ...{ reads, freshReads, writes, places, scans, assigns, sequences, sessionLocks, unlocks, times },
      asks: { rows, keys, tables, advisory },
      ...(this.certain !== undefined && { certain: this.certain }),
    };
  }
}

/** What a statement does is not known; the message says why, for people. */
export class NotKnown extends Error {
  override readonly name = 'NotKnown';
  /** Nor is what the session's next statements will mean. */
  readonly renames: boolean;
  constructor(why: string, renames = false) {
    super(why);
    this.renames = renames;
  }
}
