import type { HttpAnswer } from './http-transport.js';

/** So much longer than anything took is long enough to see an answer that does not wait. */
const PROOF_FACTOR = 2;

/**
 * Whether a server waits for the end of a request's body before it does anything: only then may the body be held.
 *
 * That no answer came early does not show it. A server that acts at the end of the head and takes 20 ms has not answered
 * within a hold of 8 ms, and what it did would be recorded as begun at the release, after others had ended. So the first burst
 * is held at the end of the head, which no server can do without, and shows how long whole requests take; the second is held
 * at the body for twice as long as the slowest of them, so that a server that does not wait answers early; where none did,
 * bodies are held from then on.
 */
export class BodyWait {
  #state: 'unknown' | 'on-trial' | 'waits' | 'does-not-wait' = 'unknown';
  #slowestMs = 0;
  /** Requests with a body that were answered after their release in this burst. */
  #answered = 0;

  /** `mostMs`: no longer than that may anything be held. */
  constructor(private readonly mostMs: number) {}

  get holdsBody(): boolean {
    return this.#state === 'on-trial' || this.#state === 'waits';
  }

  /** How long the requests of this burst must be held for its sake. */
  get leastMs(): number {
    return this.#state === 'on-trial' ? PROOF_FACTOR * this.#slowestMs : 0;
  }

  /** A burst begins; the one before has been answered. */
  next(): void {
    if (this.#answered > 0) {
      if (this.#state === 'unknown') {
        this.#state = PROOF_FACTOR * this.#slowestMs <= this.mostMs ? 'on-trial' : 'does-not-wait';
      } else if (this.#state === 'on-trial') this.#state = 'waits';
    }
    this.#answered = 0;
  }

  /** Learns from the answer to a request with a body that was held, as soon as it comes. */
  learn(coming: Promise<Pick<HttpAnswer, 'early' | 'ms'>>): void {
    coming.then(
      ({ early, ms }) => {
        if (early) this.#state = 'does-not-wait';
        else {
          this.#answered += 1;
          this.#slowestMs = Math.max(this.#slowestMs, ms);
        }
      },
      // What had no answer shows nothing.
      () => undefined,
    );
  }
}
