/** In so many schedules each process is watched for as long as ever, to learn whether it goes on once it has answered. */
const WATCHED_SCHEDULES = 2;
const LONGEST_MS = 250;
const SHORTEST_MS = 25;
/** Of the longest time that was seen. */
const FACTOR = 20;
/** Where nothing was ever seen: so long before the end is read, in which nothing is lost by waiting. */
const BEFORE_THE_END_MS = 3;

/**
 * When a process that has answered its client has come to rest. It may go on: a COMMIT after the answer, an entry in a log. Nothing tells
 * from outside that it will not, but its silence. How long that has to be is learnt from the first schedules. What then comes later
 * all the same is a step of its client while the schedule goes on, and ends the search where it is over: a write that nobody has
 * waited for would come into the next schedule.
 */
export class AfterAnswer {
  /** Of silence, at most. */
  readonly longestMs = LONGEST_MS;
  #schedules = 0;
  #latestMs: number | undefined;
  #wasLate = false;

  /** Of silence. `isLast`: nobody else is at work any more. */
  silenceMs(isLast: boolean): number {
    if (this.#wasLate || this.#schedules < WATCHED_SCHEDULES) return LONGEST_MS;
    if (this.#latestMs === undefined) return isLast ? BEFORE_THE_END_MS : 0;
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, FACTOR * this.#latestMs));
  }

  /** A process said something so long after its answer, or after what it had said since. */
  spoke(afterMs: number): void {
    this.#latestMs = Math.max(this.#latestMs ?? 0, afterMs);
  }

  /** A process said something after it had come to rest, as it was taken. */
  spokeLate(): void {
    this.#wasLate = true;
  }

  scheduleOver(): void {
    this.#schedules += 1;
  }
}
