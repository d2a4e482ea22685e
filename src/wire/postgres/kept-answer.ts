import type { Message } from './frames.js';

/** A longer answer is handed on as it comes: there, a driver that streams rows may go on before the end of its step. */
const LONGEST_BYTES = 1_048_576;

/**
 * What the client was not given yet of the answer under way: it is handed on when it is complete. Drivers go on as soon as they
 * have read an error, before the ReadyForQuery behind it; that it comes in a packet of its own would be seen in the order of the
 * steps.
 */
export class KeptAnswer {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  add({ bytes }: Message): void {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
  }

  get isTooLong(): boolean {
    return this.#bytes > LONGEST_BYTES;
  }

  /** All of it, which is then no longer kept. */
  take(): readonly Buffer[] {
    this.#bytes = 0;
    return this.#pieces.splice(0);
  }
}
