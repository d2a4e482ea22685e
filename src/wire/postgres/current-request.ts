import { Exchange } from './exchange.js';
import type { Request } from './requests.js';
import type { SessionState } from './session-state.js';

/** The one request of a session that is at the gate or on its way, and what the last one left behind. */
export class CurrentRequest {
  /** At the gate. */
  #waiting: Request | undefined;
  #exchange: Exchange | undefined;
  /** The last one was answered without a ReadyForQuery: what it began is still open. */
  #isInTheMiddle = false;
  #isTerminating = false;

  constructor(private readonly state: SessionState) {}

  get isNone(): boolean {
    return this.#waiting === undefined && this.#exchange === undefined;
  }

  /** The server is answering it. */
  get exchange(): Exchange | undefined {
    return this.#exchange;
  }

  /** What is at the gate is the goodbye. */
  get isGoodbye(): boolean {
    return this.#waiting?.ends === 'terminate';
  }

  /** The goodbye has gone to the server. */
  get isTerminating(): boolean {
    return this.#isTerminating;
  }

  /** The server has done all that it was asked for, and waits for nothing more of it. */
  get isWhole(): boolean {
    const { copyIn, ignoresUntilSync } = this.state;
    return !this.#isInTheMiddle && copyIn === 'no' && !ignoresUntilSync;
  }

  arrived(request: Request): void {
    this.#waiting = request;
  }

  /** Takes it from the gate. */
  take(): Request | undefined {
    const request = this.#waiting;
    this.#waiting = undefined;
    return request;
  }

  /** It goes to the server. */
  sent(request: Request): Exchange {
    this.#isInTheMiddle = request.ends === 'flush';
    this.#exchange = new Exchange(request, this.state);
    if (request.ends === 'terminate') this.#isTerminating = true;
    return this.#exchange;
  }

  /** It is answered, or never will be: what was said to it. What stands at the gate goes no further. */
  end(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#waiting = undefined;
    return exchange;
  }
}
