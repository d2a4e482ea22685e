import { ChangingColumns } from './changing-columns.js';
import { dependent } from './dependence.js';
import {
  hasLocks,
  joinLocks,
  type Locks,
  locksConflict,
  type PostgresFootprint,
  type Watched,
} from './footprint.js';
import type { Line } from './line.js';
import { RowOrder } from './row-order.js';
import { SerializableWatch } from './serializable-watch.js';
import { ServerClock } from './server-clock.js';
import type { OwnFootprint } from './transaction-effects.js';

/** What only the sight of all sessions tells of a step, and what is learnt from all steps so far. */
export class AllSessions {
  readonly #learnt = {
    order: new RowOrder(),
    columns: new ChangingColumns(),
    clock: new ServerClock(),
  };
  readonly #serializable: SerializableWatch;
  /** A transaction was prepared for a two-phase commit in this schedule: it may hold what no session holds. */
  #wasPrepared = false;
  #prepared = 0;

  constructor(private readonly lines: ReadonlySet<Line>) {
    this.#serializable = new SerializableWatch(lines);
  }

  /** Transactions that were prepared in this schedule, without those that were ended. */
  get prepared(): number {
    return this.#prepared;
  }

  /** How often more was seen to depend on each other. */
  get grown(): number {
    const { order, columns, clock } = this.#learnt;
    return order.size + columns.size + clock.grown;
  }

  dependent(one: PostgresFootprint, other: PostgresFootprint): boolean {
    return dependent(one, other, this.#learnt);
  }

  /** A schedule begins. */
  begin(): void {
    this.#serializable.begin();
    this.#wasPrepared = false;
    this.#prepared = 0;
  }

  /** The step as it is beside all others. */
  seen(line: Line, footprint: OwnFootprint): PostgresFootprint {
    return this.#beside(line, footprint, (watched) => this.#serializable.seen(line, watched));
  }

  /** The step as it was beside all others, now that it was answered. */
  seenAnswered(line: Line, footprint: OwnFootprint): PostgresFootprint {
    return this.#beside(line, footprint, (watched) => this.#serializable.seenAtRelease(line, watched));
  }

  #beside(line: Line, footprint: OwnFootprint, watch: (watched: Watched) => Watched): PostgresFootprint {
    const { watched } = footprint;
    const contends = this.#contends(line, footprint.asks);
    if (!contends && watched === undefined) return footprint;
    return { ...footprint, contends, ...(watched !== undefined && { watched: watch(watched) }) };
  }

  learn(footprint: PostgresFootprint): void {
    for (const learnt of Object.values(this.#learnt)) learnt.note(footprint);
  }

  /** A step went to the server. `footprint`: as it was seen. */
  released(line: Line, footprint: PostgresFootprint): void {
    this.learn(footprint);
    this.#serializable.released(line, footprint);
  }

  /** A client is gone: what its sessions had been about was this. */
  left(footprints: readonly PostgresFootprint[]): void {
    for (const footprint of footprints) this.learn(footprint);
    this.#serializable.left();
  }

  /** What the server says that it did, before what the step was is seen. */
  did(tags: readonly string[]): void {
    for (const tag of tags) {
      if (tag === 'PREPARE TRANSACTION') this.#prepared += 1;
      if (tag === 'COMMIT PREPARED' || tag === 'ROLLBACK PREPARED') this.#prepared -= 1;
    }
    this.#wasPrepared ||= this.#prepared > 0;
  }

  /** `footprint`: as it was seen. */
  answered(line: Line, footprint: PostgresFootprint, failed: boolean): void {
    this.#serializable.answered(line, footprint, failed);
  }

  /** Somebody else has, or asks for, what it asks for. */
  #contends(line: Line, asked: Locks): boolean {
    if (!hasLocks(asked)) return false;
    if (this.#wasPrepared) return true;
    const { columns } = this.#learnt;
    for (const other of this.lines) {
      if (other === line) continue;
      if (other.isUnclear || other.footprints.isUnclear) return true;
      const theirs = joinLocks(other.footprints.holds, other.asks);
      if (locksConflict(asked, theirs, (table, column) => columns.has(table, column))) return true;
    }
    return false;
  }
}
