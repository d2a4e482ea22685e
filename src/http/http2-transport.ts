import http2 from 'node:http2';
import { NotHappened, type ClientContext, type TargetContext, type Traffic } from '../core/context.js';
import { tellArrival } from './arrival.js';
import { STORE, type Origin } from './dial.js';
import { openHold, type Hold, type Probe } from './hold.js';
import { Http2Sessions } from './http2-sessions.js';
import { exchangeOn, type StreamExchange } from './http2-stream.js';
import type {
  HeldRequest,
  HttpAnswer,
  HttpClient,
  HttpRequest,
  HttpTransport,
  HttpTransportOptions,
} from './http-transport.js';
import { BODILESS, checkedHeaders, checkedTarget } from './request-bytes.js';

const { NGHTTP2_CANCEL } = http2.constants;

/** Connected and probed. Rejects with `NotHappened` where nothing speaks HTTP/2. */
export async function openHttp2(
  options: HttpTransportOptions,
  context: TargetContext,
): Promise<HttpTransport> {
  const origin = { base: new URL(options.baseUrl), insecure: options.insecure };
  const sessions = new Http2Sessions(origin, context);
  const decoys = new DecoyStreams(origin, sessions, options.decoyPath);
  const hold = await openHold(decoys, options.holdMs, {
    open: () => sessions.first(),
    close: () => sessions.close(),
  });
  return new Http2Transport(origin, options, sessions, decoys, hold);
}

/** GET streams: in front of a release, and between bursts to see how long the server takes. */
class DecoyStreams implements Probe {
  readonly #headers: http2.OutgoingHttpHeaders | undefined;

  constructor(
    origin: Origin,
    private readonly sessions: Http2Sessions,
    path: string | false = '/',
  ) {
    if (path === false) return;
    this.#headers = headersOf({ method: 'GET', path, headers: {} }, origin);
  }

  write(): void {
    if (this.#headers === undefined) return;
    for (const session of this.sessions.all) void this.#ask(session).catch(() => undefined);
  }

  async probe(limitMs: number): Promise<number | undefined> {
    if (this.#headers === undefined) return undefined;
    const startedAt = performance.now();
    try {
      await this.#ask(await this.sessions.first(), limitMs);
      return performance.now() - startedAt;
    } catch {
      return undefined;
    }
  }

  async #ask(session: http2.ClientHttp2Session, limitMs = 0): Promise<void> {
    const stream = session.request(this.#headers, { endStream: true });
    if (limitMs > 0) stream.setTimeout(limitMs, () => stream.close(NGHTTP2_CANCEL));
    await exchangeOn(stream, undefined).answer;
  }
}

class Http2Transport implements HttpTransport {
  #bursts = 0;

  constructor(
    private readonly origin: Origin,
    private readonly options: Pick<HttpTransportOptions, 'sync' | 'arrivalHeader'>,
    private readonly sessions: Http2Sessions,
    private readonly decoys: DecoyStreams,
    private readonly hold: Hold,
  ) {}

  async client(context: ClientContext): Promise<HttpClient> {
    const client = new Http2Client(context, this.origin, this.sessions, {
      arrivalHeader: this.options.arrivalHeader?.toLowerCase(),
      // One connection ends in one process of a server that has several, two mostly in two.
      spread: () => (this.options.sync === 'auto' && this.#bursts % 4 >= 2 ? 2 : 1),
      hold: this.hold,
    });
    await client.open();
    return client;
  }

  get holdMs(): number {
    return this.hold.ms;
  }

  aboutToRelease(): void {
    this.#bursts = this.hold.released();
    if (this.#bursts % 2 === 1) this.decoys.write();
  }

  close(): Promise<void> {
    this.sessions.close();
    return Promise.resolve();
  }
}

/** What a client asks of its transport. */
interface Shared {
  readonly arrivalHeader: string | undefined;
  readonly hold: Hold;
  spread(): number;
}

class Http2Client implements HttpClient {
  readonly #traffic: Traffic;
  #session: http2.ClientHttp2Session | undefined;
  #stream: http2.ClientHttp2Stream | undefined;
  readonly #told = new WeakSet<http2.ClientHttp2Session>();

  constructor(
    private readonly context: ClientContext,
    private readonly origin: Origin,
    private readonly sessions: Http2Sessions,
    private readonly shared: Shared,
  ) {
    this.#traffic = context.traffic(STORE);
  }

  /** Known before its first request: the process that makes it may be lost. */
  async open(): Promise<void> {
    this.#tell(await this.sessions.first());
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const headers = headersOf(request, this.origin);
    const session = await this.#take();
    return this.#whole(session, headers, request.body);
  }

  async hold(request: HttpRequest): Promise<HeldRequest> {
    const headers = headersOf(request, this.origin);
    const { hold } = this.shared;
    hold.begin();
    const session = await this.#take();
    const body = Buffer.from(request.body ?? '');
    // A server begins with a request that has no body as soon as it has its head: there is nothing to hold.
    if (body.length === 0 || !hold.body.holdsBody) {
      return {
        early: false,
        release: () => {
          const answer = this.#whole(session, headers, request.body);
          hold.released();
          if (request.body) hold.body.learn(answer);
          return answer;
        },
        abandon: () => this.sessions.giveBack(session),
      };
    }
    const stream = this.#open(session, headers, false);
    const exchange = exchangeOn(stream, this.#traffic);
    if (body.length > 1) stream.write(body.subarray(0, -1));
    await hold.afterWrite();
    return {
      get early() {
        return exchange.begun;
      },
      release: () => {
        const early = exchange.begun;
        const startedAt = performance.now();
        this.#traffic.sent();
        stream.end(body.subarray(-1));
        hold.released();
        const answer = this.#answerOf(exchange, session, startedAt, early);
        hold.body.learn(answer);
        return answer;
      },
      abandon: () => {
        stream.close(NGHTTP2_CANCEL);
        this.sessions.giveBack(session);
      },
    };
  }

  close(): Promise<void> {
    this.#stream?.close(NGHTTP2_CANCEL);
    return Promise.resolve();
  }

  async #take(): Promise<http2.ClientHttp2Session> {
    const session = await this.sessions.take(this.context.client, this.shared.spread());
    if (this.#session?.destroyed === true) this.context.count('reconnect');
    this.#session = session;
    this.#tell(session);
    return session;
  }

  #tell(session: http2.ClientHttp2Session): void {
    if (this.#told.has(session)) return;
    this.#told.add(session);
    this.#traffic.connected(this.sessions.portOf(session));
  }

  #open(session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders, endStream: boolean) {
    try {
      return (this.#stream = session.request(headers, { endStream }));
    } catch (error) {
      this.sessions.giveBack(session);
      if (!session.destroyed && !session.closed) throw error;
      throw new NotHappened('the connection was lost before the request', 'connection-lost', {
        cause: error,
      });
    }
  }

  async #whole(
    session: http2.ClientHttp2Session,
    headers: http2.OutgoingHttpHeaders,
    body = '',
  ): Promise<HttpAnswer> {
    const startedAt = performance.now();
    this.#traffic.sent();
    const stream = this.#open(session, headers, body === '');
    const exchange = exchangeOn(stream, this.#traffic);
    if (body !== '') stream.end(body);
    return this.#answerOf(exchange, session, startedAt, false);
  }

  async #answerOf(
    exchange: StreamExchange,
    session: http2.ClientHttp2Session,
    startedAt: number,
    early: boolean,
  ): Promise<HttpAnswer> {
    try {
      const answer = await exchange.answer;
      const ms = performance.now() - startedAt;
      tellArrival(this.context, answer.headers, this.shared.arrivalHeader);
      return { ...answer, ms, early };
    } finally {
      this.sessions.giveBack(session);
    }
  }
}

function headersOf(request: HttpRequest, { base }: Origin): http2.OutgoingHttpHeaders {
  const { method, path } = checkedTarget(request, base);
  const headers = Object.fromEntries(checkedHeaders(request));
  const { host = base.host, ...others } = headers;
  const length = Buffer.byteLength(request.body ?? '');
  return {
    ':method': method,
    ':path': path,
    ':scheme': base.protocol.slice(0, -1),
    ':authority': host,
    ...others,
    ...(length > 0 || !BODILESS.has(method) ? { 'content-length': String(length) } : {}),
  };
}
