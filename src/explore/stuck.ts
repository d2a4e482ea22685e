import type { Circle } from './execution.js';

/** The schedule cannot be followed to its end, and nothing can be said about it; the message is for people. */
export class Stuck extends Error {
  override readonly name = 'Stuck';
}

/** Where a circle of clients that wait for each other did not end as it was to end. */
export interface CircleLeft {
  /** Clients that are in a circle with others, in ascending order. */
  readonly members: readonly number[];
  /** Of the schedule's circles, from 0. */
  readonly number: number;
  /** Those that came to their end in the step that is under way. */
  readonly ofStep: readonly Circle[];
  /** More time would change nothing. */
  readonly isCertain: boolean;
}

/** Clients wait for each other in a circle, and the store does not have the one fail that was chosen, or anyone. */
export class CircleStays extends Stuck {
  constructor(
    readonly left: CircleLeft,
    message: string,
  ) {
    super(message);
  }
}
