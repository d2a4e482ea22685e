import type { Line } from './line.js';

/** Numbers the sessions of each client as they are opened: whatever became of those before, they are the same in each schedule. */
export class SessionNumbers {
  #opened = new Map<number, number>();

  /** From 0. */
  next(client: number): number {
    const number = this.#opened.get(client) ?? 0;
    this.#opened.set(client, number + 1);
    return number;
  }

  /** A schedule begins: those that stand are numbered anew. */
  begin(lines: Iterable<Line>): void {
    this.#opened = new Map();
    for (const line of lines) if (line.connection.hasClient) line.number = this.next(line.client);
  }
}
