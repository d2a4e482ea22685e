import { HostFailure } from './host-failure.js';
import type { HostRequest } from './protocol.js';

const OF_A_TRIAL: ReadonlySet<HostRequest['type']> = new Set(['reset', 'arm', 'go', 'settle', 'early-read']);
const PASSED_OVER = new HostFailure({
  kind: 'passed-over',
  message: 'the trial before left something behind',
});

/**
 * Of what a host is asked for ahead, what may be done when its turn comes: nothing of a trial that was to begin only behind one
 * that leaves nothing (see `ResetRequest`), where that left something; and no `go` where the `reset` or `arm` before it failed.
 */
export class AskedAhead {
  /** Why nobody stands ready: what a `go` that was asked for ahead is refused with. */
  #unready: HostFailure | undefined;
  /** What was settled last left nothing behind: the next may begin. */
  #isClear = false;
  #isBehind = false;
  #passesOver = false;

  /** The trial that is asked for was to begin only if the one before left nothing. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Its turn has come. Throws the HostFailure `passed-over` where it is not to be done. */
  demandClear(request: HostRequest): void {
    if (request.type === 'reset') {
      this.#unready = undefined;
      this.#isBehind = request.ifClear === true;
      this.#passesOver = this.#isBehind && !this.#isClear;
      this.#isClear = false;
    }
    if (this.#passesOver && OF_A_TRIAL.has(request.type)) throw PASSED_OVER;
  }

  /** Throws what the `reset` or `arm` before failed with. */
  demandReady(): void {
    if (this.#unready !== undefined) throw this.#unready;
  }

  settled(isClear: boolean): void {
    this.#isClear = isClear;
  }

  failed({ type }: HostRequest, failure: HostFailure): void {
    this.#isClear = false;
    if (type === 'reset' || type === 'arm') this.#unready ??= failure;
  }
}
