import type { Duplex } from 'node:stream';
import type { Answer } from './answers.js';
import { lastWords, readErrorFields, readRow, readStatus } from './backend.js';
import { BothEnds } from './both-ends.js';
import { CurrentRequest } from './current-request.js';
import type { Exchange } from './exchange.js';
import { FrameReader, type Message } from './frames.js';
import { KeptAnswer } from './kept-answer.js';
import { Opening } from './opening.js';
import { OwnStatements } from './own-statements.js';
import { RequestReader, type Request } from './requests.js';
import type { ServerAccess } from './server-end.js';
import { SessionState } from './session-state.js';
import { waitTold } from './waiting.js';

/** What a connection tells of itself. */
export interface ConnectionEvents {
  /** It is logged in. */
  ready(): void;
  /** A complete request came, and nothing before it is unanswered. It goes on with `release`. */
  arrived(request: Request): void;
  /** Its answer is with the client; undefined where the connection ended before it was complete. */
  answered(request: Request, answer: Answer | undefined): void;
  /** The server says that what is on its way waits for a lock and closes no circle of waits, or that the wait is over. */
  waits(isWaiting: boolean): void;
  /** Both ends are closed. `reason` where the client still wanted it. */
  closed(reason: string | undefined): void;
}

/**
 * One connection of a client and its counterpart at the server. What a client sends is cut into requests, of which one at a
 * time is on its way; what the server sends is passed on as it comes.
 */
export class Connection {
  readonly state = new SessionState();
  readonly #fromClient = new FrameReader();
  #fromServer = new FrameReader();
  readonly #requests = new RequestReader(this.state);
  readonly #current = new CurrentRequest(this.state);
  readonly #ends: BothEnds;
  readonly #opening: Opening;
  readonly #kept = new KeptAnswer();
  readonly #own = new OwnStatements((bytes) => this.#ends.toServer([bytes]));
  #isClosed = false;
  #reason: string | undefined;

  constructor(
    private readonly client: Duplex,
    access: ServerAccess,
    private readonly events: ConnectionEvents,
  ) {
    this.#ends = new BothEnds(client);
    this.#opening = new Opening(
      { ends: this.#ends, access, state: this.state, fromClient: this.#fromClient },
      {
        connected: (server) => this.#join(server),
        started: () => this.#guarded(() => this.#proceed()),
        failed: (error) => {
          this.#reason = `the server could not be reached: ${error instanceof Error ? error.message : String(error)}`;
          this.#end();
        },
        ready: () => events.ready(),
      },
    );
    client.on('data', (chunk: Buffer) => this.#guarded(() => this.#clientSaid(chunk)));
    client.on('error', () => undefined);
    client.on('close', () => this.#clientLeft());
  }

  /** What its client said of itself at the start. */
  get startup(): ReadonlyMap<string, string> {
    return this.#opening.parameters;
  }

  /** Whether its session is open at the server. */
  get isReady(): boolean {
    return this.#opening.phase === 'over' && !this.#isClosed;
  }

  /** Its client has not closed its end. */
  get hasClient(): boolean {
    return this.#ends.hasClient;
  }

  /** A request is at the gate, or on its way. */
  get isWorking(): boolean {
    return !this.#current.isNone;
  }

  /** Nothing is on its way or at the gate, and no transaction is open. */
  get isIdle(): boolean {
    return this.isReady && this.#mayArrive() && this.state.status === 'idle';
  }

  /** A statement of our own may be put before the request at the gate: no failed transaction and nothing half done stands there. */
  get takesSetting(): boolean {
    return this.isReady && this.#current.isWhole && this.state.status !== 'failed transaction';
  }

  /** Lets the request at the gate go to the server; `setting`: behind this statement of our own, where the session takes one. */
  release(setting?: string): void {
    const request = this.#current.take();
    if (request === undefined) return;
    if (setting !== undefined && this.takesSetting) this.#own.tell(setting);
    const exchange = this.#current.sent(request);
    this.#ends.toServer(request.bytes);
    if (exchange.isComplete && request.ends !== 'terminate') this.#finish(exchange);
  }

  /** Ends it at both ends, at once. */
  destroy(): void {
    this.#ends.destroy();
  }

  /** Its client is no more. Resolves when the server has closed its end, too: by then it has rolled back. */
  async leave(): Promise<void> {
    this.client.destroy();
    this.#clientLeft();
    if (!this.#isClosed) await this.#ends.serverClosed();
  }

  #clientSaid(chunk: Buffer): void {
    if (this.#opening.phase === 'raw') return this.#ends.toServer([chunk]);
    this.#fromClient.add(chunk);
    this.#proceed();
  }

  /** Takes from what the client sent as much as may be taken now. */
  #proceed(): void {
    this.#opening.proceed();
    while (this.#mayArrive()) {
      const message = this.#fromClient.next();
      if (message === undefined) return;
      const request = this.#requests.add(message);
      if (request === undefined) continue;
      if (request.ends === 'leftover') this.#ends.toServer(request.bytes);
      else {
        this.#current.arrived(request);
        this.events.arrived(request);
      }
    }
  }

  #mayArrive(): boolean {
    return this.#opening.phase === 'over' && this.#current.isNone && !this.#own.isOnItsWay;
  }

  #join(server: Duplex): void {
    this.#ends.join(server);
    // Of one that is asked once more nothing that another one said is left.
    this.#fromServer = new FrameReader();
    server.on('data', (chunk: Buffer) => this.#guarded(() => this.#serverSaid(chunk)));
    server.on('error', () => undefined);
    server.on('end', () => server.end());
    server.on('close', () => this.#serverLeft());
  }

  #serverSaid(chunk: Buffer): void {
    if (this.#opening.phase === 'raw') return this.#ends.toClient([chunk]);
    this.#fromServer.add(chunk);
    for (let message = this.#fromServer.next(); message !== undefined; message = this.#fromServer.next()) {
      if (this.#isForUs(message)) continue;
      if (this.#opening.isRefusedBy(message)) return;
      this.#kept.add(message);
      const finished = this.#serverTold(message);
      if (finished !== undefined) this.#finish(finished);
    }
    if (this.#current.exchange === undefined || this.#kept.isTooLong) this.#handOn();
  }

  #handOn(): void {
    this.#ends.toClient(this.#kept.take());
  }

  /** The answer to a statement of our own, or what the server says at the level LOG. */
  #isForUs(message: Message): boolean {
    if (this.#own.isOnItsWay) {
      if (this.#own.answered(message)) this.#guarded(() => this.#proceed());
      return true;
    }
    if (message.type !== 'N' || !this.#opening.hidesLog) return false;
    const fields = readErrorFields(message);
    if (fields.get('V') !== 'LOG') return false;
    const isWaiting = waitTold(fields);
    if (isWaiting !== undefined && this.#current.exchange !== undefined) this.events.waits(isWaiting);
    return true;
  }

  /** Asks the server for the number of its process. Rejects as `query` does. */
  async learnProcessId(): Promise<void> {
    const rows = await this.query('select pg_backend_pid()');
    const [pid] = rows.map((row) => Number(readRow(row)[0]?.toString()));
    if (pid !== undefined) this.state.processId = pid;
  }

  /** Runs a statement of our own, unseen by the client; its rows. Rejects if the session is at work, in a transaction, or gone. */
  async query(sql: string): Promise<readonly Message[]> {
    if (!this.isIdle) throw new Error('a session that is at work can be told nothing');
    return this.#own.ask(sql);
  }

  /** The exchange that this message completes. */
  #serverTold(message: Message): Exchange | undefined {
    if (message.type === 'S') this.state.parameter(message);
    // The server says why before it closes a connection.
    if (message.type === 'E') this.#reason = lastWords(readErrorFields(message)) ?? this.#reason;
    if (this.#opening.phase === 'login') {
      this.#opening.add(message);
      return undefined;
    }
    const { exchange } = this.#current;
    exchange?.add(message);
    if (exchange === undefined && message.type === 'Z') this.state.ready(readStatus(message));
    return exchange?.isComplete && exchange.request.ends !== 'terminate' ? exchange : undefined;
  }

  #finish(exchange: Exchange): void {
    this.#current.end();
    // Told of first: a client in this process may go on before this returns.
    this.events.answered(exchange.request, exchange.read());
    this.#handOn();
    this.#guarded(() => this.#proceed());
  }

  /**
   * The server learns of it as it would without us, and has rolled back by the time it closes its end. Who has said goodbye closes
   * its end at once: that is learned when the goodbye at the gate goes on.
   */
  #clientLeft(): void {
    if (this.#current.isGoodbye) return;
    if (!this.#current.isTerminating && !this.#current.isNone) {
      this.#reason ??= 'the client closed the connection before its request was answered';
    }
    if (this.#ends.isJoined) this.#ends.endServer();
    else if (this.#opening.phase !== 'connecting') this.#end();
  }

  #serverLeft(): void {
    if (!this.#current.isTerminating && this.hasClient) this.#reason ??= 'the server closed the connection';
    this.#end();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handOn();
    this.client.end();
    const unanswered = this.#current.end();
    this.#own.lost();
    if (unanswered !== undefined) {
      const isFarewell = unanswered.request.ends === 'terminate';
      this.events.answered(unanswered.request, isFarewell ? FAREWELL : undefined);
    }
    // Who never came to a start-up packet is no client: whoever looks at the ports of this machine may have knocked.
    this.events.closed(this.#opening.phase === 'start' ? undefined : this.#reason);
  }

  /** What is no PostgreSQL ends the connection and nothing else. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      this.destroy();
      if (!this.#ends.isJoined) this.#end();
    }
  }
}

const FAREWELL: Answer = { label: 'closed', content: ['closed'], digest: 'closed', tags: [] };
