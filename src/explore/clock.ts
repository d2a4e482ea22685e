import type { Footprint } from '../core/step.js';

/** It begins here in each schedule. */
const FIRST_MS = 1_000_000;

interface ClockFootprint extends Footprint {
  readonly clock: OwnedClock;
  /** Whether it sets it, or only goes by it. */
  readonly sets: boolean;
}

/** The clock of the clients: it stands still, and a sleeper who goes on sets it to when he was to wake. */
export class OwnedClock {
  #nowMs = FIRST_MS;
  /** Somebody has asked for the time, in this schedule or another one. */
  #isRead = false;
  /** By a step in which somebody asked for the time, or went to sleep for some of it. */
  readonly goneBy: ClockFootprint = { touches: 'something', clock: this, sets: false };
  /** By a sleeper who goes on. */
  readonly set: ClockFootprint = { touches: 'something', clock: this, sets: true };

  begin(): void {
    this.#nowMs = FIRST_MS;
  }

  /** How often more has come to depend on it. */
  get grown(): number {
    return this.#isRead ? 1 : 0;
  }

  /** For a client that asks. */
  read(): number {
    this.#isRead = true;
    return this.#nowMs;
  }

  /** When a sleep ends that begins now. */
  after(ms: number): number {
    return this.#nowMs + ms;
  }

  passTo(dueMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, dueMs);
  }

  /** Who wakes first decides what time it is, and so for how long a later sleep lasts. Where nobody asks, nobody learns of it. */
  dependent(one: ClockFootprint, other: ClockFootprint): boolean {
    return this.#isRead && (one.sets || other.sets);
  }
}

export function isOfClock(footprint: Footprint): footprint is ClockFootprint {
  return 'clock' in footprint;
}
