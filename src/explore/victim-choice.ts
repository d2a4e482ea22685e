import type { StepWire } from '../core/step.js';
import type { Victims } from './execution.js';

/** Tells the stores who shall fail in the next circle of a schedule. */
export class VictimChoice {
  #victims: Victims = [];
  #withinMs = 0;
  /** Seen so far in this schedule. */
  #circles = 0;

  constructor(
    private readonly wires: readonly StepWire[],
    /** How long a store may leave a circle as it is whose victim nobody chose. */
    private readonly answerMs: number,
  ) {}

  begin(victims: Victims, withinMs: number): void {
    this.#victims = victims;
    this.#withinMs = withinMs;
    this.#circles = 0;
    this.#tell();
  }

  /** So many circles came to their end: waits that begin from now on may be part of the next one. */
  passed(circles: number): void {
    this.#circles += circles;
    this.#tell();
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
