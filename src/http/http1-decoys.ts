import os from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { TargetContext } from '../core/context.js';
import { dial, type Origin } from './dial.js';
import { Door } from './door.js';
import { Http1Connection } from './http1-connection.js';
import { requestBytes } from './request-bytes.js';

/**
 * A server with one event loop takes what has come at each of its turns, and answers all of it before it looks again. If it looks
 * while the ends of a burst are being written, those after the cut come a turn later: on Node's own server that was every
 * second burst of 33 behind sixteen light decoys written at once with the ends. So there are so many, and so heavy, that all of them have come before
 * the server is through with the first few; and the ends are written when a third is answered, which is when it has just begun
 * with the rest. Measured there on two cores, 80 bursts each, several times: a spread of 300 to 340 us at p50 and 490 to 630 at p95, where it was
 * 390 to 480 and 890 to 1,400.
 */
const DECOYS = 24;
const ANSWERED_SHARE = 1 / 3;
/** Each costs a server some time to read. Apache, Tomcat, Gunicorn and Python's own server take up to 100 in a request. */
const DECOY_HEADERS = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`x-decoy-${index}`, '1']));
/** A server that has not answered a third of the decoys by then is busy with them in any case, or with none. */
const LONGEST_WAIT_MS = 2;
/**
 * Where a server of one event loop runs on the core of this process, Linux may let it take each decoy as soon as that is
 * written, and go on here when it sleeps again: it is busy with none then, and takes the ends one by one as well, although
 * another core is idle. This process is stopped so often meanwhile, which the system counts. A little later the two run on
 * cores of their own again. Measured on two cores among bursts of other tools, 120 to 200 of ours at a time: bursts spread over more than
 * 400 us were 6 to 10 in 100 with one try, 4 to 8 with three, 3 with six; what is left is mostly threads of the server's own.
 */
const MOST_TRIES = 6;
const TRY_AGAIN_AFTER_MS = 3;
const STOPPED_SHARE = 1 / 3;
/** GET requests of one burst: its decoys, and what times the server. Each connection is warmed with one besides. */
export const MOST_GETS_A_BURST = DECOYS * MOST_TRIES + 1;
const WARM_LIMIT_MS = 2_000;

/**
 * GET requests on sockets of nobody's. Written just in front of a release, they keep a server that has one event loop busy
 * while the ends of the requests land, so that it finds all of them at its next turn. Between bursts they probe how long
 * the server takes.
 */
export class Decoys {
  readonly #probe: Buffer | undefined;
  readonly #decoy: Buffer | undefined;
  /** For whoever connects again while the server is in use. */
  readonly door = new Door(() => this.#askAlone());
  #connections: Http1Connection[] = [];
  #isClosed = false;

  constructor(
    private readonly origin: Origin,
    private readonly context: TargetContext,
    path: string | false = '/',
    private readonly timesStopped = involuntaryStops,
  ) {
    if (path === false) return;
    const bytesWith = (headers: Record<string, string>) =>
      requestBytes({ method: 'GET', path, headers }, origin.base, 'whole').held;
    this.#probe = bytesWith({});
    this.#decoy = bytesWith(DECOY_HEADERS);
  }

  async open(): Promise<void> {
    // Also without decoys: what cannot be connected to is told of at once.
    await Promise.all(Array.from({ length: DECOYS }, (_, index) => this.#connect(index)));
  }

  /**
   * Synchronously; a socket that still waits for an answer is left out, for nothing is pipelined. Resolves when a third is
   * answered, or after 2 ms.
   */
  write(): Promise<void> {
    const decoy = this.#decoy;
    if (decoy === undefined) return Promise.resolve();
    const free = this.#connections.filter(({ isFree }) => isFree);
    return firstOf(
      free.map((connection) => answered(connection, decoy)),
      Math.ceil(free.length * ANSWERED_SHARE),
    );
  }

  /** Milliseconds until the answer to one request; undefined where none came by then. Connects again where it must. */
  async probe(limitMs: number): Promise<number | undefined> {
    await Promise.all(this.#connections.map((one, index) => this.#revive(one, index)));
    const connection = this.#connections[0]!;
    return connection.isFree ? this.#timed(connection, limitMs) : undefined;
  }

  /** Writes them, and again where the server took them one by one; resolves when it is busy with them, as far as that can be had. */
  async keepBusy(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const stoppedBefore = this.timesStopped();
      const busy = this.write();
      const oneByOne = this.timesStopped() - stoppedBefore > this.#connections.length * STOPPED_SHARE;
      await busy;
      if (!oneByOne || tries === MOST_TRIES) return;
      await wait(TRY_AGAIN_AFTER_MS);
    }
  }

  /** How many wait for their answers. */
  get waiting(): number {
    return this.#connections.filter(({ isWaiting }) => isWaiting).length;
  }

  /** Makes one request on somebody's connection. Whatever comes of it, the connection tells. */
  async warm(connection: Http1Connection): Promise<void> {
    await this.#timed(connection, WARM_LIMIT_MS);
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.destroy();
  }

  async #timed(connection: Http1Connection, limitMs: number): Promise<number | undefined> {
    if (this.#probe === undefined) return undefined;
    const startedAt = performance.now();
    const timer = setTimeout(() => connection.destroy(), limitMs);
    const isAnswered = await answered(connection, this.#probe);
    clearTimeout(timer);
    return isAnswered ? performance.now() - startedAt : undefined;
  }

  async #dial(): Promise<Http1Connection> {
    return new Http1Connection(await dial(this.origin, this.context));
  }

  async #connect(index: number, connecting = this.#dial()): Promise<void> {
    const connection = await connecting;
    this.#connections[index] = connection;
    if (this.#isClosed) connection.destroy();
  }

  /** Without a path that may be asked for nobody is. */
  async #askAlone(): Promise<void> {
    if (this.#probe === undefined || this.#isClosed) return;
    const connection = await this.#dial().catch(() => undefined);
    if (connection === undefined) return;
    await this.warm(connection);
    connection.destroy();
  }

  /** It is only a decoy: where it cannot be had, the burst goes on without. */
  async #revive(connection: Http1Connection, index: number): Promise<void> {
    if (connection.isFree || connection.isWaiting) return;
    const connecting = this.door.open(() => this.#dial());
    await this.#connect(index, connecting).catch(() => undefined);
  }
}

/** How often this process was stopped though it could have gone on; always 0 on Windows, and where there is one core for both. */
function involuntaryStops(): number {
  return os.availableParallelism() < 2 ? 0 : process.resourceUsage().involuntaryContextSwitches;
}

/** Makes a GET request; whether it was answered. */
function answered(connection: Http1Connection, request: Buffer): Promise<boolean> {
  const { answer } = connection.exchange('GET');
  connection.write(request);
  return answer.then(
    () => true,
    () => false,
  );
}

/** Resolves when so many of these have, or after 2 ms. */
function firstOf(all: readonly Promise<unknown>[], count: number): Promise<void> {
  return new Promise((resolve) => {
    if (count === 0) return resolve();
    const timer = setTimeout(resolve, LONGEST_WAIT_MS);
    let missing = count;
    const one = () => {
      missing -= 1;
      if (missing > 0) return;
      clearTimeout(timer);
      resolve();
    };
    for (const each of all) void each.then(one);
  });
}
