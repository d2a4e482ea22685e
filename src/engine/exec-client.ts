import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent, StoreSpan } from '../core/history.js';
import { wireReaderOf } from '../stores/wire-reader.js';
import type { OpenConnection } from './client-slot.js';
import type { SocketTraffic } from './counted-socket.js';
import { exchangesOf, type Exchange } from './exchanges.js';
import type { ExecClient, ExecEvent } from './exec-protocol.js';
import type { ClientPlan, HostConnection } from './protocol.js';
import { encryptingReader, openRelay, type Relay } from './relay.js';

/** The answer of a program told of something that cannot be. The message is for people. */
export class ImpossibleEvent extends Error {}

type Completion = Extract<ExecEvent, { type: 'ok' | 'fail' | 'info' }>;

/**
 * One client that lives in a program: which attempt it is at, its process number, and its relays, through which what it
 * sends to stores is seen. Turns what the program tells into the events of a history, and takes nothing that cannot be.
 */
export class ExecClientState {
  #plan: ClientPlan | undefined;
  #done = 0;
  #begunNs: number | undefined;
  #fresh = true;
  #relays: { readonly store: string; readonly relay: Relay; readonly address: StoreAddress }[] = [];
  #connections: OpenConnection[] = [];
  /** Of relays that were closed after an `info` in this trial: what was sent on them may still be at work. */
  #lost: HostConnection[] = [];
  #connecting: Promise<void>[] = [];
  #sentNs: number[] = [];
  #receivedNs: number[] = [];

  constructor(
    readonly client: number,
    private process: number,
    /** What a next process number is further on. */
    private readonly stride: number,
    private readonly addresses: readonly StoreAddress[],
    private readonly nowNs: () => number,
    /** It cannot encrypt by itself. */
    private readonly isPlain = false,
  ) {}

  /** Takes a plan, and gives what the program is told of it. `renew`: its sessions were ended at the server. */
  async arm(plan: ClientPlan, renew: boolean): Promise<ExecClient> {
    const fresh = this.#fresh || renew;
    if (fresh) await this.#connect();
    this.#fresh = false;
    this.#plan = plan;
    this.#done = 0;
    this.#begunNs = undefined;
    this.#lost = [];
    this.#sentNs = [];
    this.#receivedNs = [];
    const { client, attempts } = plan;
    return {
      client,
      delayNs: Math.round(plan.delayNs),
      attempts,
      fresh,
      stores: Object.fromEntries(this.#relays.map(({ store, address }) => [store, addressFor(address)])),
    };
  }

  /** Throws `ImpossibleEvent`. */
  take(event: ExecEvent): HistoryEvent {
    const of = { process: this.process, client: this.client };
    const { timeNs } = event;
    const who = `client ${this.client}`;
    if (timeNs > this.nowNs()) {
      throw new ImpossibleEvent(
        `${who} tells of a time that has not come yet (timeNs counts from startAtNs): ${timeNs}`,
      );
    }
    const attempt = this.#plan?.attempts[this.#done];
    if (attempt === undefined) {
      throw new ImpossibleEvent(`${who} has made all of its attempts, and tells of one more "${event.type}"`);
    }
    if (event.type === 'invoke') {
      if (this.#begunNs !== undefined) throw new ImpossibleEvent(`${who} begins while it is in an attempt`);
      const earliestNs = this.earliestNs();
      if (timeNs < earliestNs) {
        throw new ImpossibleEvent(`${who} began at ${timeNs} ns, before its turn at ${earliestNs} ns`);
      }
      this.#begunNs = timeNs;
      return { type: 'invoke', timeNs, ...of, f: attempt.f, value: attempt.input };
    }
    const begunNs = this.#begunNs;
    if (begunNs === undefined)
      throw new ImpossibleEvent(`${who} tells of "${event.type}" before its "invoke"`);
    if (timeNs < begunNs)
      throw new ImpossibleEvent(`${who} tells of "${event.type}" at a time before its "invoke"`);
    if (event.type === 'note') {
      return { type: 'note', timeNs, ...of, kind: event.kind, fields: event.fields };
    }
    this.#done += 1;
    this.#begunNs = undefined;
    const span = this.#span(event, begunNs);
    const rest = { timeNs, ...of, f: attempt.f, ...(span && { span }) };
    if (event.type === 'ok') return { type: 'ok', ...rest, value: event.value };
    if (event.type === 'info') this.#doubt();
    return { type: event.type, ...rest, error: event.error };
  }

  /** When it may begin with its next attempt. */
  earliestNs(): number {
    return this.#done === 0 ? Math.floor(this.#plan?.delayNs ?? 0) : 0;
  }

  /** What was seen on its relays, where a client sends its next request after the answer to the last one. */
  exchanges(): readonly Exchange[] {
    return exchangesOf(this.#sentNs, this.#receivedNs);
  }

  /** What is missing of its attempts; nothing if all were made. */
  missing(): string | undefined {
    const planned = this.#plan?.attempts.length ?? 0;
    if (this.#done === planned) return undefined;
    return `client ${this.client} ended ${this.#done} of its ${planned} attempt(s)`;
  }

  connections(): readonly HostConnection[] {
    return [...this.#connections.map((one) => this.#hosted(one, false)), ...this.#lost];
  }

  /** What the program has connected until now is connected to the stores too, or it takes too long. */
  async connected(): Promise<void> {
    // A connection that the program holds for open may still wait to be let in: the next turns of the event loop do so.
    for (let turn = 0; turn < 2; turn += 1) await setImmediate();
    const late = wait(CONNECT_LIMIT_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#connecting), late]);
  }

  destroy(): void {
    for (const { relay } of this.#relays) relay.destroy();
    this.#relays = [];
    this.#connections = [];
    this.#connecting = [];
  }

  #hosted({ store, localPort, trace }: OpenConnection, doubtful: boolean): HostConnection {
    const of = { client: this.client, process: this.process, store, localPort, doubtful };
    return { ...of, ...(trace && { trace: trace() }) };
  }

  /** After an `info` the client is another process on other connections. */
  #doubt(): void {
    this.#lost.push(...this.#connections.map((one) => this.#hosted(one, true)));
    // Its further attempts in this trial use the connections that the program has; they are closed before the next one.
    this.#fresh = true;
    this.process += this.stride;
  }

  async #connect(): Promise<void> {
    this.destroy();
    for (const address of this.addresses) {
      const { store } = address;
      if (address.port === 0) {
        this.#relays.push({ store, relay: NO_RELAY, address });
        continue;
      }
      const ownReader = await wireReaderOf(store);
      const readerOf = ownReader ?? (this.isPlain ? encryptingReader(address) : undefined);
      const relay = await openRelay(
        address,
        () => this.#traffic(store, readerOf === undefined),
        readerOf && { readerOf },
      );
      const { host, port } = relay;
      this.#relays.push({
        store,
        relay,
        // With a reader the relay does the encryption.
        address: { ...address, host, port, ...(readerOf && { tls: 'off' as const }) },
      });
    }
  }

  /** Where a reader listens, a connection is told of with its first request, which may never come. */
  #traffic(store: string, toldAtOnce: boolean): SocketTraffic {
    let known = () => undefined as void;
    if (toldAtOnce) this.#connecting.push(new Promise<void>((resolve) => (known = resolve)));
    return {
      sent: () => this.#sentNs.push(this.nowNs()),
      received: () => this.#receivedNs.push(this.nowNs()),
      connected: (localPort, trace) => {
        this.#connections.push({ store, localPort, trace });
        known();
      },
    };
  }

  /** What was seen on its relays; else what it tells; else all of it, where there is no server. */
  #span({ type, timeNs, span: told }: Completion, begunNs: number): StoreSpan | undefined {
    const within = (atNs: number) => atNs >= begunNs && atNs <= timeNs;
    const sent = this.#sentNs.filter(within);
    const [firstRequestNs] = sent;
    if (firstRequestNs !== undefined) {
      const lastAnswerNs =
        type === 'info' ? timeNs : (this.#receivedNs.filter(within).at(-1) ?? firstRequestNs);
      return { firstRequestNs, lastAnswerNs: Math.max(firstRequestNs, lastAnswerNs), requests: sent.length };
    }
    if (told !== undefined) {
      const { firstRequestNs: first, lastAnswerNs: last, requests = 0 } = told;
      if (!within(first) || !within(last) || last < first) {
        throw new ImpossibleEvent(`client ${this.client} tells of a span that is not within its attempt`);
      }
      return { firstRequestNs: first, lastAnswerNs: last, requests };
    }
    const hasServer = this.addresses.some(({ port }) => port > 0);
    return hasServer ? undefined : { firstRequestNs: begunNs, lastAnswerNs: timeNs, requests: 0 };
  }
}

const CONNECT_LIMIT_MS = 1_000;
const NO_RELAY: Relay = { host: '', port: 0, destroy: () => undefined };

/** As the protocol has it: by the store's name. */
export function addressFor({ store: _store, ...address }: StoreAddress): Omit<StoreAddress, 'store'> {
  return address;
}
