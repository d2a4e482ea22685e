import type { ClientContext, TargetContext } from '../core/context.js';
import { tellArrival } from './arrival.js';
import { dial, type Origin } from './dial.js';
import { Decoys } from './http1-decoys.js';
import { Http1Connection, type Exchange } from './http1-connection.js';
import { openHold, type Hold } from './hold.js';
import type {
  HeldRequest,
  HttpAnswer,
  HttpClient,
  HttpRequest,
  HttpTransport,
  HttpTransportOptions,
} from './http-transport.js';
import { requestBytes, type Cut } from './request-bytes.js';

/** So soon is a probe answered at best where the answers to decoys tell in time that the server is busy with them. */
const FAST_MS = 1;
/**
 * One burst in so many goes without decoys: where two processes share the work, they can hold one of a pair back. Of more requests
 * some two meet anyway.
 */
const PLAIN_EVERY = 16;
const PLAIN_UP_TO = 4;

/** Decoys connected and probed. */
export async function openHttp1(
  options: HttpTransportOptions,
  context: TargetContext,
): Promise<HttpTransport> {
  const origin = { base: new URL(options.baseUrl), insecure: options.insecure };
  const decoys = new Decoys(origin, context, options.decoyPath);
  const hold = await openHold(decoys, options.holdMs, decoys);
  return new Http1Transport(origin, options, decoys, hold);
}

class Http1Transport implements HttpTransport {
  /** A server that ends each connection after one answer leaves none to be warmed. */
  #keepsAlive = true;

  constructor(
    private readonly origin: Origin,
    private readonly options: Pick<HttpTransportOptions, 'sync' | 'arrivalHeader'>,
    private readonly decoys: Decoys,
    private readonly hold: Hold,
  ) {}

  async client(context: ClientContext): Promise<HttpClient> {
    const client = new Http1Client(this.origin.base, context, {
      open: () => this.#open(context),
      arrivalHeader: this.options.arrivalHeader?.toLowerCase(),
      cut: () => this.#cut,
      hold: this.hold,
    });
    await client.open();
    return client;
  }

  /** Connected, and warm: until its first request a connection may still wait to be accepted, however long it is held. */
  async #open(context: ClientContext): Promise<Http1Connection> {
    const dialled = async () => new Http1Connection(await dial(this.origin, context));
    if (!this.#keepsAlive) return this.decoys.door.open(dialled);
    const connection = await dialled();
    await this.decoys.warm(connection);
    if (connection.isFree) return connection;
    this.#keepsAlive = false;
    connection.destroy();
    return this.decoys.door.open(dialled);
  }

  get holdMs(): number {
    return this.hold.ms;
  }

  get #cut(): Cut {
    if (this.options.sync === 'none') return 'whole';
    return this.hold.body.holdsBody ? 'last-byte' : 'head-end';
  }

  aboutToRelease(waits: boolean): Promise<void> | void {
    const isSmall = this.hold.held <= PLAIN_UP_TO;
    const isPlain = this.hold.released() % PLAIN_EVERY === 0 && isSmall;
    if (isPlain || this.options.sync === 'none') return;
    // What answers over a network, or waits for something itself, has long been idle when that is known here.
    if (waits && this.hold.fastestProbeMs < FAST_MS) return this.decoys.keepBusy();
    void this.decoys.write();
  }

  close(): Promise<void> {
    this.decoys.close();
    return Promise.resolve();
  }
}

/** What a client asks of its transport. */
interface Shared {
  readonly arrivalHeader: string | undefined;
  open(): Promise<Http1Connection>;
  readonly hold: Hold;
  cut(): Cut;
}

class Http1Client implements HttpClient {
  #connection: Http1Connection | undefined;
  #isClosed = false;

  constructor(
    private readonly base: URL,
    private readonly context: ClientContext,
    private readonly shared: Shared,
  ) {}

  async open(): Promise<void> {
    this.#connection = await this.shared.open();
    // Closed while it connected.
    if (this.#isClosed) this.#connection.destroy();
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { held } = requestBytes(request, this.base, 'whole');
    const connection = await this.#free();
    const exchange = connection.exchange(request.method);
    const startedAt = performance.now();
    connection.write(held);
    return this.#answerOf(exchange, startedAt, false);
  }

  async hold(request: HttpRequest): Promise<HeldRequest> {
    const { hold } = this.shared;
    hold.begin();
    const cut = this.shared.cut();
    const { first, held } = requestBytes(request, this.base, cut);
    const connection = await this.#free();
    const exchange = connection.exchange(request.method);
    connection.writeInTwo(first);
    if (cut !== 'whole') await hold.afterWrite();
    return {
      get early() {
        return exchange.begun;
      },
      release: async () => {
        const early = exchange.begun;
        const startedAt = performance.now();
        connection.write(held);
        // Whatever else there is to do waits until the ends of the whole burst are written.
        await Promise.resolve();
        hold.released();
        const answer = this.#answerOf(exchange, startedAt, early);
        if (request.body) hold.body.learn(answer);
        return answer;
      },
      abandon: () => connection.destroy(),
    };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#connection?.destroy();
    return Promise.resolve();
  }

  /** The connection, or another one where the server closed it. */
  async #free(): Promise<Http1Connection> {
    if (this.#connection?.isFree !== true) {
      this.#connection?.destroy();
      this.context.count('reconnect');
      await this.open();
    }
    return this.#connection!;
  }

  async #answerOf({ answer }: Exchange, startedAt: number, early: boolean): Promise<HttpAnswer> {
    const { status, headers, body } = await answer;
    const ms = performance.now() - startedAt;
    tellArrival(this.context, headers, this.shared.arrivalHeader);
    return { status, headers, body, ms, early };
  }
}
