import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Answer } from './answers.js';
import { readErrorFields, readParameter, readProcessId, readRow, readStatus } from './backend.js';
import { Exchange } from './exchange.js';
import { FrameReader, type Message } from './frames.js';
import { KeptAnswer } from './kept-answer.js';
import { OwnStatements, queryMessage, statementMessages } from './own-statements.js';
import { RequestReader, type Request } from './requests.js';
import type { ServerAccess } from './server-end.js';
import { SessionState } from './session-state.js';
import { NO_ENCRYPTION, readStartup, type StartupAsSent, type StartupPacket } from './startup.js';

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
  /** What its client said of itself at the start. */
  startup: ReadonlyMap<string, string> = new Map();
  readonly #fromClient = new FrameReader();
  #fromServer = new FrameReader();
  readonly #requests = new RequestReader(this.state);
  /** `raw`: bytes go through unread, for a cancel request or another protocol. */
  #phase: 'start' | 'connecting' | 'login' | 'ready' | 'raw' = 'start';
  #server: Duplex | undefined;
  /** At the gate. */
  #waiting: Request | undefined;
  #exchange: Exchange | undefined;
  readonly #kept = new KeptAnswer();
  #isTerminating = false;
  #hidesLog = false;
  /** Connects to the server once more, while that may help. */
  #again: (() => void) | undefined;
  readonly #own = new OwnStatements();
  /** The last request was answered without a ReadyForQuery: what it began is still open. */
  #isInTheMiddle = false;
  #isClosed = false;
  #reason: string | undefined;

  constructor(
    private readonly client: Duplex,
    private readonly access: ServerAccess,
    private readonly events: ConnectionEvents,
  ) {
    client.on('data', (chunk: Buffer) => this.#guarded(() => this.#clientSaid(chunk)));
    client.on('error', () => undefined);
    client.on('close', () => this.#clientLeft());
  }

  /** Whether its session is open at the server. */
  get isReady(): boolean {
    return this.#phase === 'ready' && !this.#isClosed;
  }

  /** Its client has not closed its end. */
  get hasClient(): boolean {
    return !this.client.destroyed;
  }

  /** A request is at the gate, or on its way. */
  get isWorking(): boolean {
    return this.#waiting !== undefined || this.#exchange !== undefined;
  }

  /** Nothing is on its way or at the gate, and no transaction is open. */
  get isIdle(): boolean {
    return this.isReady && this.#mayArrive() && this.state.status === 'idle';
  }

  /** A statement of our own may be put before the request at the gate: no failed transaction and nothing half done stands there. */
  get takesSetting(): boolean {
    const { status, copyIn, ignoresUntilSync } = this.state;
    const isWhole = !this.#isInTheMiddle && copyIn === 'no' && !ignoresUntilSync;
    return this.isReady && isWhole && status !== 'failed transaction';
  }

  /** Lets the request at the gate go to the server; `setting`: behind this statement of our own, where the session takes one. */
  release(setting?: string): void {
    const request = this.#waiting;
    if (request === undefined) return;
    this.#waiting = undefined;
    if (setting !== undefined && this.takesSetting) {
      this.#own.sent();
      this.#toServer([statementMessages(setting)]);
    }
    this.#isInTheMiddle = request.ends === 'flush';
    const exchange = new Exchange(request, this.state);
    this.#exchange = exchange;
    if (request.ends === 'terminate') this.#isTerminating = true;
    this.#toServer(request.bytes);
    if (exchange.isComplete && request.ends !== 'terminate') this.#finish(exchange);
  }

  /** Ends it at both ends, at once. */
  destroy(): void {
    this.client.destroy();
    this.#server?.destroy();
  }

  /** Its client is no more. Resolves when the server has closed its end, too: by then it has rolled back. */
  async leave(): Promise<void> {
    this.client.destroy();
    this.#clientLeft();
    if (this.#isClosed || this.#server === undefined) return;
    await once(this.#server, 'close');
  }

  #clientSaid(chunk: Buffer): void {
    if (this.#phase === 'raw') return void this.#toServer([chunk]);
    this.#fromClient.add(chunk);
    this.#proceed();
  }

  /** Takes from what the client sent as much as may be taken now. */
  #proceed(): void {
    while (this.#phase === 'start') {
      const message = this.#fromClient.nextStartup();
      if (message === undefined) return;
      this.#start(message);
    }
    while (this.#phase === 'login') {
      const message = this.#fromClient.next();
      if (message === undefined) return;
      this.#toServer([message.bytes]);
    }
    while (this.#mayArrive()) {
      const message = this.#fromClient.next();
      if (message === undefined) return;
      const request = this.#requests.add(message);
      if (request === undefined) continue;
      if (request.ends === 'leftover') this.#toServer(request.bytes);
      else {
        this.#waiting = request;
        this.events.arrived(request);
      }
    }
  }

  #mayArrive(): boolean {
    const isFree = this.#waiting === undefined && this.#exchange === undefined && !this.#own.isOnItsWay;
    return this.#phase === 'ready' && isFree;
  }

  #start(message: Message): void {
    const packet = readStartup(message);
    if (packet.kind === 'encryption') {
      this.client.write(NO_ENCRYPTION);
      return;
    }
    const isSession = packet.kind === 'startup' && !packet.parameters.has('replication');
    if (packet.kind === 'startup') this.startup = packet.parameters;
    this.#again = () => {
      this.#again = undefined;
      this.#join(message, packet, isSession);
    };
    this.#join(message, packet, isSession);
  }

  #join(message: Message, packet: StartupPacket, isSession: boolean): void {
    this.#phase = 'connecting';
    this.access.open().then(
      (server) => this.#joined(server, isSession, this.access.startup(message, packet)),
      (error: unknown) => {
        this.#reason = `the server could not be reached: ${error instanceof Error ? error.message : String(error)}`;
        this.#end();
      },
    );
  }

  #joined(server: Duplex, isSession: boolean, startup: StartupAsSent): void {
    this.#server = server;
    this.#hidesLog = startup.hidesLog;
    server.on('data', (chunk: Buffer) => this.#guarded(() => this.#serverSaid(chunk)));
    server.on('error', () => undefined);
    server.on('end', () => server.end());
    server.on('close', () => this.#serverLeft());
    server.on('drain', () => this.client.resume());
    this.client.on('drain', () => server.resume());
    if (this.client.destroyed) return void server.end();
    this.#phase = isSession ? 'login' : 'raw';
    server.write(startup.bytes);
    if (isSession) this.#guarded(() => this.#proceed());
    else this.#toServer([this.#fromClient.drain()]);
  }

  #serverSaid(chunk: Buffer): void {
    if (this.#phase === 'raw') return this.#toClient([chunk]);
    this.#fromServer.add(chunk);
    for (let message = this.#fromServer.next(); message !== undefined; message = this.#fromServer.next()) {
      if (this.#isForUs(message)) continue;
      if (this.#isRefused(message)) return;
      this.#kept.add(message);
      const finished = this.#serverTold(message);
      if (finished !== undefined) this.#finish(finished);
    }
    if (this.#exchange === undefined || this.#kept.isTooLong) this.#handOn();
  }

  #handOn(): void {
    this.#toClient(this.#kept.take());
  }

  /** The answer to a statement of our own, or what the server says at the level LOG. */
  #isForUs(message: Message): boolean {
    if (this.#own.isOnItsWay) {
      if (this.#own.answered(message)) this.#guarded(() => this.#proceed());
      return true;
    }
    if (message.type !== 'N' || !this.#hidesLog) return false;
    const fields = readErrorFields(message);
    if (fields.get('V') !== 'LOG') return false;
    // Right after the check for a deadlock, which is made once in each wait, and when the wait is over. Where the server
    // speaks another language the end of a wait is not told apart: then a second wait may be reported a little early.
    if (fields.get('R') === 'ProcSleep' && this.#exchange !== undefined) {
      this.events.waits(!(fields.get('M') ?? '').includes(' acquired '));
    }
    return true;
  }

  /** The server does not take what we have added to the start: then it is asked without. */
  #isRefused(message: Message): boolean {
    const again = this.#again;
    if (again === undefined || this.#phase !== 'login') return false;
    this.#again = undefined;
    if (!this.#hidesLog || message.type !== 'E' || !this.access.refused(readErrorFields(message)))
      return false;
    this.#server
      ?.removeAllListeners()
      .on('error', () => undefined)
      .destroy();
    this.#server = undefined;
    this.#fromServer = new FrameReader();
    again();
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
    const answered = this.#own.asked();
    this.#toServer([queryMessage(sql)]);
    return answered;
  }

  /** The exchange that this message completes. */
  #serverTold(message: Message): Exchange | undefined {
    if (message.type === 'S') {
      const [name, value] = readParameter(message);
      this.state.parameters.set(name, value);
    }
    if (message.type === 'E') this.#remember(message);
    if (this.#phase === 'login') {
      if (message.type === 'K') this.state.processId = readProcessId(message);
      if (message.type === 'Z') {
        this.#phase = 'ready';
        this.state.ready(readStatus(message));
        this.events.ready();
      }
      return undefined;
    }
    this.#exchange?.add(message);
    if (this.#exchange === undefined && message.type === 'Z') this.state.ready(readStatus(message));
    return this.#exchange?.isComplete && this.#exchange.request.ends !== 'terminate'
      ? this.#exchange
      : undefined;
  }

  /** The server says why before it closes a connection. */
  #remember(message: Message): void {
    const fields = readErrorFields(message);
    if (/^(FATAL|PANIC)$/.test(fields.get('V') ?? fields.get('S') ?? '')) {
      this.#reason = `the server ended the session: ${fields.get('M') ?? fields.get('C') ?? ''}`;
    }
  }

  #finish(exchange: Exchange): void {
    this.#exchange = undefined;
    // Told of first: a client in this process may go on before this returns.
    this.events.answered(exchange.request, exchange.read());
    this.#handOn();
    this.#guarded(() => this.#proceed());
  }

  #toServer(pieces: readonly Buffer[]): void {
    if (this.#server === undefined || this.#server.destroyed) return;
    if (!this.#server.write(joined(pieces))) this.client.pause();
  }

  #toClient(pieces: readonly Buffer[]): void {
    if (pieces.length === 0 || this.client.destroyed) return;
    if (!this.client.write(joined(pieces))) this.#server?.pause();
  }

  /**
   * The server learns of it as it would without us, and has rolled back by the time it closes its end. Who has said goodbye closes
   * its end at once: that is learned when the goodbye at the gate goes on.
   */
  #clientLeft(): void {
    if (this.#waiting?.ends === 'terminate') return;
    if (!this.#isTerminating && (this.#waiting !== undefined || this.#exchange !== undefined)) {
      this.#reason ??= 'the client closed the connection before its request was answered';
    }
    if (this.#server === undefined) {
      if (this.#phase !== 'connecting') this.#end();
      return;
    }
    this.#server.resume();
    this.#server.end();
  }

  #serverLeft(): void {
    if (!this.#isTerminating && !this.client.destroyed) this.#reason ??= 'the server closed the connection';
    this.#end();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handOn();
    this.client.end();
    const unanswered = this.#exchange;
    this.#exchange = undefined;
    this.#waiting = undefined;
    this.#own.lost();
    if (unanswered !== undefined) {
      const isFarewell = unanswered.request.ends === 'terminate';
      this.events.answered(unanswered.request, isFarewell ? FAREWELL : undefined);
    }
    // Who never came to a start-up packet is no client: whoever looks at the ports of this machine may have knocked.
    this.events.closed(this.#phase === 'start' ? undefined : this.#reason);
  }

  /** What is no PostgreSQL ends the connection and nothing else. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      this.destroy();
      if (this.#server === undefined) this.#end();
    }
  }
}

const FAREWELL: Answer = { label: 'closed', content: ['closed'], digest: 'closed', tags: [] };

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}
