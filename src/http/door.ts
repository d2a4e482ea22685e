import type { Http1Connection } from './http1-connection.js';

/**
 * So many wait to be accepted at most. Python's own servers have room for 6 (`request_queue_size` of 5), Django's for 11; one
 * place is for the request that is asked behind them.
 */
const FEW = 4;

/**
 * Opens connections few at a time, and asks for something behind each few of them: a server accepts in turn, so when that is
 * answered it has accepted all before.
 *
 * Where more wait than a server has room for, Linux keeps nothing of a connection but a number in its reply (a SYN cookie), which
 * the first segment alone brings back. A request that is held comes in several, and the next one is answered with a reset: the
 * server never saw the request, and here nobody can know that. Python's `http.server`, asked by 12 clients whose connections it
 * had ended with their last answers, lost 3 or 4 requests in one of the first six bursts.
 */
export class Door {
  #unaccepted: Promise<unknown>[] = [];
  #asking: Promise<void> | undefined;

  /** `ask` makes a request on a connection of its own; it resolves when that is answered, or will not be, and never rejects. */
  constructor(private readonly ask: () => Promise<unknown>) {}

  /** Resolves with the connection; rejects as `dial` does. */
  async open(dial: () => Promise<Http1Connection>): Promise<Http1Connection> {
    while (this.#unaccepted.length === FEW) await (this.#asking ??= this.#accepted());
    const dialled = dial();
    this.#unaccepted.push(dialled);
    return dialled;
  }

  async #accepted(): Promise<void> {
    await Promise.allSettled(this.#unaccepted);
    await this.ask();
    this.#unaccepted = [];
    this.#asking = undefined;
  }
}
