import type { StepWire } from '../core/step.js';
import type { Victims } from './execution.js';

/** Tells the stores who shall fail in the next circle of a schedule. */
export class VictimChoice {
  #victims: Victims = [];
  #withinMs = 0;
  /** Seen so far in this schedule. */
  #circles = 0;
  /** From this place of the schedule on, waits begin with what was told last. */
  #toldAt = 0;

  constructor(
    private readonly wires: readonly StepWire[],
    /** How long a store may leave a circle as it is whose victim nobody chose. */
    private readonly answerMs: number,
  ) {}

  begin(victims: Victims, withinMs: number): void {
    this.#victims = victims;
    this.#withinMs = withinMs;
    this.#circles = 0;
    this.#toldAt = 0;
    this.#tell();
  }

  /** So many circles came to their end by this place: waits that begin behind it may be part of the next one. */
  passed(circles: number, place: number): void {
    this.#circles += circles;
    this.#toldAt = place + 1;
    this.#tell();
  }

  /**
   * Who shall fail next is in the circle, and has waited since before the last one came to its end: the store looked at that wait
   * when nobody had been chosen for this circle, and does not look again.
   */
  isTooLate(circle: readonly number[], waitsSince: (client: number) => number | undefined): boolean {
    const next = this.#next;
    if (next === undefined || !circle.includes(next)) return false;
    return (waitsSince(next) ?? this.#toldAt) < this.#toldAt;
  }

  /** How long a store may leave the next circle as it is. */
  get circleMs(): number {
    return this.#next === undefined ? this.answerMs : 2 * this.#withinMs;
  }

  get #next(): number | undefined {
    return this.#victims[this.#circles] ?? undefined;
  }

  #tell(): void {
    for (const wire of this.wires) {
      if (wire.deadlockVictim === 'scheduler') wire.chooseVictim(this.#next, this.#withinMs);
    }
  }
}
