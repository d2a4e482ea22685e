import type { Duplex } from 'node:stream';
import { readErrorFields, readProcessId, readStatus } from './backend.js';
import type { BothEnds } from './both-ends.js';
import type { FrameReader, Message } from './frames.js';
import type { ServerAccess } from './server-end.js';
import type { SessionState } from './session-state.js';
import { NO_ENCRYPTION, readStartup, type StartupPacket } from './startup.js';

export interface OpeningOptions {
  readonly ends: BothEnds;
  readonly access: ServerAccess;
  readonly state: SessionState;
  /** What the client has sent and nobody has taken yet. */
  readonly fromClient: FrameReader;
}

/** What becomes of an opening. */
export interface OpeningEvents {
  /** There is a connection to the server, on which nothing was said yet. */
  connected(server: Duplex): void;
  /** The start has gone to the server: what the client sent meanwhile may be taken. */
  started(): void;
  failed(error: unknown): void;
  /** It is logged in. */
  ready(): void;
}

/**
 * From a client's first packet until its session is open at the server. The server gets the start-up packet with what we add to it;
 * where it refuses that, it is asked once more.
 */
export class Opening {
  /** `raw`: bytes go through unread, for a cancel request or another protocol. */
  #phase: 'start' | 'connecting' | 'login' | 'over' | 'raw' = 'start';
  /** What the client said of itself. */
  parameters: ReadonlyMap<string, string> = new Map();
  #hidesLog = false;
  /** Connects once more, while that may help. */
  #again: (() => void) | undefined;

  constructor(
    private readonly options: OpeningOptions,
    private readonly events: OpeningEvents,
  ) {}

  get phase(): 'start' | 'connecting' | 'login' | 'over' | 'raw' {
    return this.#phase;
  }

  /** The server was asked for messages of the level LOG that its client shall not see. */
  get hidesLog(): boolean {
    return this.#hidesLog;
  }

  /** Takes from what the client sent what belongs to it, as far as it may be taken now. */
  proceed(): void {
    const { ends, fromClient } = this.options;
    while (this.#phase === 'start') {
      const message = fromClient.nextStartup();
      if (message === undefined) return;
      this.#start(message);
    }
    while (this.#phase === 'login') {
      const message = fromClient.next();
      if (message === undefined) return;
      ends.toServer([message.bytes]);
    }
  }

  /** The server's first message may refuse what we have added. Returns whether it did, and it is asked once more. */
  isRefusedBy(message: Message): boolean {
    if (this.#phase !== 'login' || this.#again === undefined) return false;
    const again = this.#again;
    this.#again = undefined;
    const { access, ends } = this.options;
    if (!this.#hidesLog || message.type !== 'E' || !access.refused(readErrorFields(message))) return false;
    ends.part();
    again();
    return true;
  }

  /** What the server says while its client logs in. */
  add(message: Message): void {
    const { state } = this.options;
    if (message.type === 'K') state.processId = readProcessId(message);
    if (message.type === 'Z') {
      this.#phase = 'over';
      state.ready(readStatus(message));
      this.events.ready();
    }
  }

  #start(message: Message): void {
    const packet = readStartup(message);
    if (packet.kind === 'encryption') return this.options.ends.toClient([NO_ENCRYPTION]);
    if (packet.kind === 'startup') this.parameters = packet.parameters;
    this.#again = () => this.#connect(message, packet);
    this.#connect(message, packet);
  }

  #connect(message: Message, packet: StartupPacket): void {
    const { access, ends, fromClient } = this.options;
    this.#phase = 'connecting';
    access.open().then(
      (server) => {
        const startup = access.startup(message, packet);
        this.#hidesLog = startup.hidesLog;
        this.events.connected(server);
        if (!ends.hasClient) return ends.endServer();
        const isSession = packet.kind === 'startup' && !packet.parameters.has('replication');
        this.#phase = isSession ? 'login' : 'raw';
        ends.toServer([startup.bytes]);
        if (isSession) this.events.started();
        else ends.toServer([fromClient.drain()]);
      },
      (error: unknown) => this.events.failed(error),
    );
  }
}
