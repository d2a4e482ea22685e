import type { Locks, PostgresFootprint } from './footprint.js';

/**
 * Columns by which some step names rows that it locks, and to which some step gives other values. It only grows.
 *
 * A row is locked for longer than it has the values by which it was found, where its lock goes along with an UPDATE; and an old
 * snapshot finds it by values that it no longer has. So such a column does not tell two locked rows apart.
 * Case: A locks `where v = 0 for key share` | B: `update t set v = 5 where id = 1`, and then `where v = 5 for update nowait`,
 * which is a row of A's.
 */
export class ChangingColumns {
  readonly #named = new Set<string>();
  readonly #assigned = new Set<string>();
  #mayBeAny = false;

  /** How often it has grown. */
  size = 0;

  has(table: string, column: string): boolean {
    if (this.#mayBeAny) return true;
    const name = nameOf(table, column);
    return this.#assigned.has(name) && this.#named.has(name);
  }

  /** A step that may do anything may change any. */
  note({ touches, asks, assigns }: PostgresFootprint): void {
    if (touches === 'unknown' && !this.#mayBeAny) {
      this.#mayBeAny = true;
      this.size += 1;
    }
    for (const { table, columns } of assigns) {
      for (const column of columns) this.#add(nameOf(table, column), this.#assigned, this.#named);
    }
    for (const [table, column] of namedBy(asks)) {
      this.#add(nameOf(table, column), this.#named, this.#assigned);
    }
  }

  #add(name: string, to: Set<string>, other: ReadonlySet<string>): void {
    if (to.has(name)) return;
    to.add(name);
    if (other.has(name)) this.size += 1;
  }
}

function nameOf(table: string, column: string): string {
  return `${table} ${column}`;
}

function namedBy({ rows }: Locks): readonly (readonly [table: string, column: string])[] {
  return rows.flatMap(({ table, where }) => Object.keys(where).map((column) => [table, column] as const));
}
