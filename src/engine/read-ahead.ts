import type { Json } from '../core/json.js';
import type { EarlyRead } from './protocol.js';

/** The final state, read as soon as nobody is at work any more, and handed over when it is asked for. */
export class ReadAhead {
  #reading: Promise<Json> | undefined;

  /** Unless it is being read already. */
  begin(read: () => Promise<Json>): void {
    if (this.#reading !== undefined) return;
    this.#reading = read();
    // Whoever asks for it is told.
    this.#reading.catch(() => undefined);
  }

  /** Once: nothing where nothing was read. */
  async take(): Promise<EarlyRead> {
    const reading = this.#reading;
    this.#reading = undefined;
    return reading === undefined ? {} : { final: (await reading) ?? null };
  }
}
