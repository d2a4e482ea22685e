import type net from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientContext, CountedEvent, PointName, StoreAddress, TargetContext } from '../core/context.js';
import type { NoteKind, StoreSpan } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Fault, Parameters } from '../core/scenario.js';
import { CountedSocket, type Traffic } from './counted-socket.js';
import { openRelay, type Relay } from './relay.js';
import { RelayedSocket } from './relayed-socket.js';

/** What every context of one target shares. */
export interface ContextSource {
  readonly parameters: Parameters;
  readonly random: () => number;
  readonly addresses: ReadonlyMap<string, StoreAddress>;
}

/** What a slot reports to its host. */
export interface SlotEvents {
  nowNs(): number;
  note(slot: ClientSlot, kind: NoteKind, fields: Readonly<Record<string, Json>>): void;
  count(event: CountedEvent, by: number): void;
}

interface Lease {
  readonly expire: () => Promise<void>;
}

/** The context that a target's set-up, reset and reads use: its connections are nobody's, and are not counted. */
export function createTargetContext(source: ContextSource): TargetContext {
  return {
    parameters: source.parameters,
    address: (store) => addressOf(source, store),
    socket: () => new CountedSocket(UNCOUNTED),
    relay: (store) => Promise.resolve(addressOf(source, store)),
    now: () => performance.now(),
    sleep: (ms) => wait(ms),
    random: source.random,
  };
}

/**
 * One client, or one worker, of a target: its process number, its counted connections, and the operation it is in.
 * After an `info` it is closed and the host opens another one in its place.
 */
export class ClientSlot {
  readonly context: ClientContext;
  readonly connections: { readonly store: string; readonly localPort: number }[] = [];
  faults: readonly Fault[] = [];
  /** Set while an operation runs: what a crash at a point does to it. */
  onCrash: (() => void) | undefined;
  #abort = new AbortController();
  #sockets = new Set<net.Socket>();
  #relays: Relay[] = [];
  #leases = new Map<string, Lease>();
  #firstRequestNs: number | undefined;
  #lastAnswerNs = 0;
  #requests = 0;
  /** What a late operation still says belongs to no trial. */
  #destroyed = false;

  constructor(
    readonly client: number,
    readonly process: number,
    source: ContextSource,
    private readonly events: SlotEvents,
  ) {
    // A context is a plain object of functions, so that a target may take them apart.
    const signal = () => this.#abort.signal;
    this.context = {
      ...createTargetContext(source),
      client,
      process,
      get signal() {
        return signal();
      },
      socket: (store) => this.#socket(addressOf(source, store)),
      relay: async (store) => {
        const address = addressOf(source, store);
        const { host, port } = await this.#relay(address);
        return { ...address, host, port };
      },
      sleep: (ms) => this.#sleep(ms),
      note: (kind, fields) => {
        if (!this.#destroyed) events.note(this, kind, fields);
      },
      point: (name) => this.#point(name),
      count: (event, by = 1) => {
        if (!this.#destroyed) events.count(event, by);
      },
      lease: (key, _ttlMs, expire) => this.#leases.set(key, { expire }),
    };
  }

  begin(): void {
    this.#abort = new AbortController();
    this.#firstRequestNs = undefined;
    this.#requests = 0;
    this.#leases.clear();
  }

  /** From first request to last answer on the counted connections; undefined when nothing was sent. */
  span(endedNs: number, answered: boolean): StoreSpan | undefined {
    if (this.#firstRequestNs === undefined) return undefined;
    const lastAnswerNs = answered ? Math.max(this.#lastAnswerNs, this.#firstRequestNs) : endedNs;
    return { firstRequestNs: this.#firstRequestNs, lastAnswerNs, requests: this.#requests };
  }

  abort(): void {
    this.#abort.abort();
  }

  /** Ends every connection of this client, without a word to the server. */
  destroy(): void {
    this.#destroyed = true;
    this.#abort.abort();
    for (const socket of this.#sockets) socket.destroy();
    for (const relay of this.#relays) relay.destroy();
  }

  #traffic(store: string): Traffic {
    return {
      sent: () => {
        this.#requests += 1;
        this.#firstRequestNs ??= this.events.nowNs();
      },
      received: () => {
        this.#lastAnswerNs = this.events.nowNs();
      },
      connected: (localPort) => this.connections.push({ store, localPort }),
    };
  }

  #socket(address: StoreAddress): Duplex {
    const encrypted = address.tls !== undefined && address.tls !== 'off';
    const socket = encrypted
      ? new RelayedSocket(this.#relay(address))
      : new CountedSocket(this.#traffic(address.store));
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  async #relay({ store, host, port }: StoreAddress): Promise<Relay> {
    const relay = await openRelay(host, port, () => this.#traffic(store));
    this.#relays.push(relay);
    return relay;
  }

  async #sleep(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#abort.signal });
  }

  async #point(name: PointName): Promise<void> {
    const fault = this.faults.find((one) => one.client === this.client && one.point === name);
    if (fault === undefined) return;
    if (fault.leases === 'expire') {
      for (const lease of this.#leases.values()) await lease.expire();
    }
    if (fault.kind === 'stall') return this.#sleep(fault.forMs);
    this.destroy();
    this.onCrash?.();
    // The code behind a crash never goes on: not even its `finally` runs.
    return new Promise(() => undefined);
  }
}

const UNCOUNTED: Traffic = {
  sent: () => undefined,
  received: () => undefined,
  connected: () => undefined,
};

function addressOf(source: ContextSource, store: string): StoreAddress {
  const address = source.addresses.get(store);
  if (address === undefined) {
    const named = [...source.addresses.keys()].join(', ') || 'none';
    throw new TypeError(
      `This target asked for the store "${store}", but names only: ${named}. Add it to its stores.`,
    );
  }
  return address;
}
