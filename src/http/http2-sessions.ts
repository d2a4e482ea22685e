import { once } from 'node:events';
import http2 from 'node:http2';
import { NotHappened, type TargetContext } from '../core/context.js';
import { dial, type Origin } from './dial.js';
import { heedGoodbye } from './http2-stream.js';

const SETTINGS_LIMIT_MS = 5_000;
/** Of the streams that a peer allows, so many are for decoys and probes. */
const SPARE_STREAMS = 2;
/** Many who wait for room may have to wait for as many connections. */
const MOST_ROUNDS = 1_000;

/** The connections that all clients of a host share. */
export class Http2Sessions {
  readonly #open: http2.ClientHttp2Session[] = [];
  /** Promised to a request that may not have opened its stream yet. */
  readonly #taken = new Map<http2.ClientHttp2Session, number>();
  readonly #ports = new WeakMap<http2.ClientHttp2Session, number>();
  #opening: Promise<http2.ClientHttp2Session> | undefined;
  #isClosed = false;

  constructor(
    private readonly origin: Origin,
    private readonly context: TargetContext,
  ) {}

  /** The local port of a session's connection. */
  portOf(session: http2.ClientHttp2Session): number {
    return this.#ports.get(session) ?? 0;
  }

  get all(): readonly http2.ClientHttp2Session[] {
    return this.#open;
  }

  /** The first, connected now where it is gone. */
  async first(): Promise<http2.ClientHttp2Session> {
    return this.#open[0] ?? (await this.#more());
  }

  /**
   * A session with room for one more stream, which is taken until `giveBack`: of the first `spread` of them the one whose turn it
   * is, else any, else a new one. Rejects with `NotHappened` where none can be had.
   */
  async take(turn: number, spread: number): Promise<http2.ClientHttp2Session> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      if (this.#open.length < spread) {
        await this.#more();
        continue;
      }
      const own = this.#open[turn % spread];
      const session = [...(own === undefined ? [] : [own]), ...this.#open].find((one) => this.#hasRoom(one));
      if (session !== undefined) {
        this.#taken.set(session, (this.#taken.get(session) ?? 0) + 1);
        return session;
      }
      await this.#more();
    }
    throw new NotHappened(
      `${this.origin.base.origin} ends every connection as soon as it stands`,
      'connection-lost',
    );
  }

  giveBack(session: http2.ClientHttp2Session): void {
    this.#taken.set(session, (this.#taken.get(session) ?? 1) - 1);
  }

  close(): void {
    this.#isClosed = true;
    for (const session of this.#open) session.destroy();
  }

  #hasRoom(session: http2.ClientHttp2Session): boolean {
    const limit = session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
    return (this.#taken.get(session) ?? 0) < Math.max(1, limit - SPARE_STREAMS);
  }

  /** One at a time, so that many who wait for room open no more than are needed. */
  #more(): Promise<http2.ClientHttp2Session> {
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #connect(): Promise<http2.ClientHttp2Session> {
    const { socket } = await dial(this.origin, this.context, ['h2']);
    const session = http2.connect(this.origin.base.origin, { createConnection: () => socket });
    this.#ports.set(session, socket.localPort ?? 0);
    const gone = () => {
      const place = this.#open.indexOf(session);
      if (place >= 0) this.#open.splice(place, 1);
    };
    session.once('close', gone);
    session.once('goaway', gone);
    heedGoodbye(session);
    session.on('error', () => undefined);
    const ended = new AbortController();
    session.once('close', () => ended.abort(new Error('the server ended the connection')));
    const limit = AbortSignal.timeout(SETTINGS_LIMIT_MS);
    try {
      await once(session, 'remoteSettings', { signal: AbortSignal.any([ended.signal, limit]) });
    } catch (error) {
      session.destroy();
      const words = `expected HTTP/2 at ${this.origin.base.origin}: ${(error as Error).message}`;
      throw new NotHappened(words, 'not-http2', { cause: error });
    }
    if (this.#isClosed) session.destroy();
    else this.#open.push(session);
    return session;
  }
}
