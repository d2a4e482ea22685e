import { setTimeout as wait } from 'node:timers/promises';
import { BodyWait } from './body-wait.js';

/** Something that tells how long the server takes for the simplest request; undefined where there was no answer. */
export interface Probe {
  probe(limitMs: number): Promise<number | undefined>;
}

/** So long at least: look-ups before a body is read, such as a session's, take a few milliseconds. */
const LEAST_HOLD_MS = 8;
/** Far below the time that servers give a request to come in: the shortest default known is 20 s (Apache, RequestReadTimeout). */
export const MOST_HOLD_MS = 2_000;
const FIRST_PROBES = 5;
const REMEMBERED_PROBES = 50;
const SLOW_TAIL_FACTOR = 2;

/** A hold that has been calibrated by what was opened for it, which is closed again where that cannot be done. */
export async function openHold(
  probe: Probe,
  leastMs: number | undefined,
  opened: { open(): Promise<unknown>; close(): void },
): Promise<Hold> {
  const hold = new Hold(probe, leastMs);
  try {
    await opened.open();
    await hold.calibrate();
    return hold;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/**
 * How long requests are held: at least twice the slowest of the latest probes, since the last of them was written. In each
 * burst one more probe follows the held parts: when it is answered, a server that takes its requests in turn has read them.
 */
export class Hold {
  readonly body = new BodyWait(MOST_HOLD_MS);
  #probesMs: number[] = [];
  #written = 0;
  #settling: Promise<void> | undefined;
  #held = 0;
  #bursts = 0;

  constructor(
    private readonly decoys: Probe,
    private readonly leastMs = LEAST_HOLD_MS,
  ) {}

  get ms(): number {
    const slowest = Math.max(0, ...this.#probesMs);
    return Math.min(MOST_HOLD_MS, Math.max(this.leastMs, this.body.leastMs, SLOW_TAIL_FACTOR * slowest));
  }

  /** Of the latest probes; infinite where none was answered. */
  get fastestProbeMs(): number {
    return Math.min(...this.#probesMs);
  }

  /** A request of the next burst is about to be held. */
  begin(): void {
    if (this.#held === 0) this.body.next();
    this.#held += 1;
  }

  /** Requests of this burst, until the first of them is released. */
  get held(): number {
    return this.#held;
  }

  /** How many bursts have been released, with this one; several releases of one burst count once. */
  released(): number {
    if (this.#held > 0) this.#bursts += 1;
    this.#held = 0;
    return this.#bursts;
  }

  async calibrate(): Promise<void> {
    const untilMs = performance.now() + MOST_HOLD_MS / SLOW_TAIL_FACTOR;
    for (let probe = 0; probe < FIRST_PROBES && performance.now() < untilMs; probe += 1) await this.#probe();
  }

  /** Resolves when everything that was written for this burst has been held long enough. */
  afterWrite(): Promise<void> {
    this.#written += 1;
    this.#settling ??= this.#settle().finally(() => (this.#settling = undefined));
    return this.#settling;
  }

  async #settle(): Promise<void> {
    let written = 0;
    while (written !== this.#written) {
      // Those of one burst are written in a few turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      written = this.#written;
      await Promise.all([wait(this.ms), this.#probe()]);
    }
  }

  async #probe(): Promise<void> {
    const ms = await this.decoys.probe(MOST_HOLD_MS);
    if (ms === undefined) return;
    this.#probesMs.push(ms);
    if (this.#probesMs.length > REMEMBERED_PROBES) this.#probesMs.shift();
  }
}
