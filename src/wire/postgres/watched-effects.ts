import type { DataEffect } from './effects.js';
import type { Rows, Watched } from './footprint.js';
import { isWatched, type TransactionView } from './transaction-view.js';

/** The sight of all sessions gives it another one. */
const NO_NAME = '';

/** What one step does for the server's watch over SERIALIZABLE transactions. */
export class WatchedEffects {
  #rows: { readonly read: Rows[]; readonly written: Rows[] } | undefined;
  #end: { readonly ends: 'commit' | 'rollback'; readonly view: TransactionView } | undefined;
  #isUnclear = false;

  /** What the statement reads, and of `writes` what it has written. The view with the tables of both. */
  add(
    view: TransactionView,
    { reads, freshReads }: DataEffect,
    writes: readonly Rows[],
    count: number | undefined,
  ): TransactionView {
    const rows = this.#taken();
    const allReads = [...reads.map((read) => asEnded(read, count)), ...freshReads];
    rows.read.push(...allReads);
    rows.written.push(...writes);
    return {
      ...view,
      watchedReads: [...new Set([...view.watchedReads, ...tablesOf(allReads)])],
      watchedWrites: [...new Set([...view.watchedWrites, ...tablesOf(writes)])],
    };
  }

  /** The transaction of this view ends. */
  end(view: TransactionView, ends: 'commit' | 'rollback'): void {
    if (!isWatched(view)) return;
    this.#taken();
    this.#end = { ends, view };
  }

  /** `view`: behind the step. Undefined where the server watches nothing of it. */
  result(view: TransactionView): Watched | undefined {
    if (this.#rows === undefined) return undefined;
    const { read: rowsRead, written: rowsWritten } = this.#rows;
    const { watchedReads, watchedWrites, isolation } = this.#end?.view ?? view;
    return {
      ...{ reads: tablesOf(rowsRead), writes: tablesOf(rowsWritten), rowsRead, rowsWritten },
      ends: this.#end?.ends ?? 'no',
      own: {
        ...{ name: NO_NAME, reads: watchedReads, writes: watchedWrites },
        ...{ hasCommitted: this.#end?.ends === 'commit', beside: [] },
      },
      others: [],
      isUnclear: this.#isUnclear || isolation === 'unknown',
      isMixed: false,
    };
  }

  /** One step, two transactions: they are not told apart. */
  #taken() {
    this.#isUnclear ||= this.#end !== undefined;
    this.#rows ??= { read: [], written: [] };
    return this.#rows;
  }
}

/** A read of which it is not known that it went through to its end may not have come by everything. */
function asEnded(read: Rows, count: number | undefined): Rows {
  const isWhole = count === 0 || (count !== undefined && !read.mayEndEarly);
  if (isWhole || read.comesBy === undefined) return read;
  const { table, where, keys } = read;
  return { table, where, ...(keys && { keys }) };
}

function tablesOf(rows: readonly Rows[]): string[] {
  return [...new Set(rows.map(({ table }) => table))];
}
