import type { ApiAnswer, SentRequest } from '../core/api.js';
import type { StoreAddress } from '../core/context.js';
import type { Sender } from './autocannon.js';
import type { SentAttempt } from './api-completion.js';
import { exchangesOf, type Exchange } from './exchanges.js';
import { relayedUrl } from './load-host.js';
import { encryptingReader, openRelay, type Relay } from './relay.js';

/** An attempt that was begun on a connection, and what came of it. */
export interface BegunAttempt {
  readonly client: number;
  readonly attempt: SentAttempt;
  readonly begunNs: number;
  /** Absent where none came that can be trusted. */
  answer?: Pick<ApiAnswer, 'status' | 'headers' | 'body'> & { readonly atNs: number };
}

export interface QueuedAttempt extends SentAttempt {
  readonly client: number;
}

/** One connection of a load engine: what it is to send, and its relay, where that is counted. */
export class LoadConnection implements Sender {
  #queue: readonly QueuedAttempt[] = [];
  #begun: BegunAttempt[] = [];
  #ports: number[] = [];
  #sentNs: number[] = [];
  #receivedNs: number[] = [];
  #nowNs: () => number = () => 0;
  #isLost = false;

  private constructor(
    private readonly address: StoreAddress,
    private readonly relay: { current?: Relay },
  ) {}

  static async open(address: StoreAddress): Promise<LoadConnection> {
    const relay: { current?: Relay } = {};
    const connection = new LoadConnection(address, relay);
    const readerOf = encryptingReader(address);
    relay.current = await openRelay(
      address,
      () => ({
        connected: (localPort) => connection.#ports.push(localPort),
        sent: () => connection.#sentNs.push(connection.#nowNs()),
        received: () => connection.#receivedNs.push(connection.#nowNs()),
      }),
      readerOf && { readerOf },
    );
    return connection;
  }

  get url(): string {
    const { host, port } = this.relay.current!;
    return relayedUrl({ host, port, namespace: this.address.namespace });
  }

  get count(): number {
    return this.#queue.length;
  }

  arm(queue: readonly QueuedAttempt[]): void {
    this.#queue = queue;
    this.#begun = [];
    this.#ports = [];
    this.#sentNs = [];
    this.#receivedNs = [];
    this.#isLost = false;
  }

  begin(nowNs: () => number): void {
    this.#nowNs = nowNs;
  }

  next(): SentRequest | undefined {
    const queued = this.#queue[this.#begun.length];
    if (queued === undefined) return undefined;
    const { client, ...attempt } = queued;
    this.#begun.push({ client, attempt, begunNs: Math.max(0, this.#nowNs()) });
    return attempt.request;
  }

  lost(): boolean {
    const last = this.#begun.at(-1);
    if (last !== undefined && last.answer === undefined) this.#isLost = true;
    return this.#isLost;
  }

  answered(answer: Pick<ApiAnswer, 'status' | 'headers' | 'body'>): void {
    const last = this.#begun.at(-1);
    if (last === undefined || this.#isLost) return;
    last.answer = { ...answer, atNs: Math.max(last.begunNs, this.#nowNs()) };
  }

  begun(): readonly BegunAttempt[] {
    return this.#begun;
  }

  /** As they were counted on their way. */
  exchanges(): readonly Exchange[] {
    return exchangesOf(this.#sentNs, this.#receivedNs);
  }

  ports(): readonly number[] {
    return this.#ports;
  }

  destroy(): void {
    this.relay.current?.destroy();
  }
}
