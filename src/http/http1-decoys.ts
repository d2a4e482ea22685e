import type { TargetContext } from '../core/context.js';
import { dial, type Origin } from './dial.js';
import { Http1Connection } from './http1-connection.js';
import { requestBytes } from './request-bytes.js';

/**
 * So many spare sockets. A sleeping server may wake between any two of a burst's writes, and takes what has come by then: with
 * sixteen in front that cut mostly falls among decoys, and it is then busy with them until the last end has landed. Measured on
 * Node's own server on two cores, 420 bursts each: without any, 50 % of pairs and 45 % of 33 met in one turn of its event loop;
 * behind eight 98 % and 94 %, behind sixteen 100 % and 98 %, behind 32 100 % and 99 %.
 */
const DECOYS = 16;
const WARM_LIMIT_MS = 2_000;

/**
 * GET requests on sockets of nobody's. Written just in front of a release, they keep a server that has one event loop busy
 * while the ends of the requests land, so that it finds all of them at its next turn. Between bursts they probe how long
 * the server takes.
 */
export class Decoys {
  readonly #request: Buffer | undefined;
  #connections: Http1Connection[] = [];
  #isClosed = false;

  constructor(
    private readonly origin: Origin,
    private readonly context: TargetContext,
    path: string | false = '/',
  ) {
    if (path === false) return;
    this.#request = requestBytes({ method: 'GET', path, headers: {} }, origin.base, 'whole').held;
  }

  async open(): Promise<void> {
    // Also without decoys: what cannot be connected to is told of at once.
    await Promise.all(Array.from({ length: DECOYS }, (_, index) => this.#connect(index)));
  }

  /** Synchronously; a socket that still waits for an answer is left out, for nothing is pipelined. */
  write(): void {
    if (this.#request === undefined) return;
    for (const connection of this.#connections) {
      if (connection.isFree) void this.#ask(connection);
    }
  }

  /** Milliseconds until the answer to one request; undefined where none came by then. Connects again where it must. */
  async probe(limitMs: number): Promise<number | undefined> {
    await Promise.all(this.#connections.map((one, index) => this.#revive(one, index)));
    const connection = this.#connections[0]!;
    return this.#request !== undefined && connection.isFree ? this.#timed(connection, limitMs) : undefined;
  }

  /** Makes one request on somebody's connection. Whatever comes of it, the connection tells. */
  async warm(connection: Http1Connection): Promise<void> {
    if (this.#request === undefined) return;
    await this.#timed(connection, WARM_LIMIT_MS);
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.destroy();
  }

  async #timed(connection: Http1Connection, limitMs: number): Promise<number | undefined> {
    const startedAt = performance.now();
    const timer = setTimeout(() => connection.destroy(), limitMs);
    const isAnswered = await this.#ask(connection);
    clearTimeout(timer);
    return isAnswered ? performance.now() - startedAt : undefined;
  }

  #ask(connection: Http1Connection): Promise<boolean> {
    const { answer } = connection.exchange('GET');
    if (this.#request !== undefined) connection.write(this.#request);
    return answer.then(
      () => true,
      () => false,
    );
  }

  async #connect(index: number): Promise<void> {
    const connection = new Http1Connection(await dial(this.origin, this.context));
    this.#connections[index] = connection;
    if (this.#isClosed) connection.destroy();
  }

  /** It is only a decoy: where it cannot be had, the burst goes on without. */
  async #revive(connection: Http1Connection, index: number): Promise<void> {
    if (connection.isFree || connection.isWaiting) return;
    await this.#connect(index).catch(() => undefined);
  }
}
