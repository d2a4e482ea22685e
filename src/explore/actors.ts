import { Actor } from './actor.js';

/** The clients and workers of the schedule that is under way; in the next one they are others, of whom nothing is known yet. */
export class Actors {
  #all: readonly Actor[] = [];

  begin(size: number): void {
    this.#all = Array.from({ length: size }, (_, number) => new Actor(number));
  }

  /** By their number. */
  get all(): readonly Actor[] {
    return this.#all;
  }

  /** There has to be one of that number. */
  of(client: number): Actor {
    return this.#all[client]!;
  }
}
