import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientContext, CountedEvent, PointName, StoreAddress, TargetContext } from '../core/context.js';
import type { NoteKind, StoreSpan } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Fault, Parameters } from '../core/scenario.js';
import { watchOf } from '../stores/socket-watch.js';
import { wireReaderOf } from '../stores/wire-reader.js';
import type { ClientOwner } from './client-owner.js';
import { monotonicNs } from './clock.js';
import { CountedSocket, type SocketTraffic } from './counted-socket.js';
import { operationError } from './failures.js';
import { openRelay, type Relay, type RelayOptions } from './relay.js';
import { RelayedSocket } from './relayed-socket.js';

/** What every context of one target shares. */
export interface ContextSource {
  readonly parameters: Parameters;
  readonly random: () => number;
  readonly addresses: ReadonlyMap<string, StoreAddress>;
  readonly owner?: ClientOwner | undefined;
  /** Something was sent to a store, or came from it. */
  readonly onTraffic?: (() => void) | undefined;
}

/** What a slot reports to its host. */
export interface SlotEvents {
  nowNs(): number;
  note(slot: ClientSlot, kind: NoteKind, fields: Readonly<Record<string, Json>>): void;
  count(event: CountedEvent, by: number): void;
  arrived(atMs: number): void;
}

/** A point at which nothing is to happen. */
const PASSED = Promise.resolve();

/** A lease that the running operation named, and when a store would be allowed to remove it. */
interface Lease {
  readonly dueMs: number;
  readonly expire: () => Promise<void>;
}

/** A counted connection; `trace` tells what its `WireReader` saw until now. */
export interface OpenConnection {
  readonly store: string;
  readonly localPort: number;
  readonly trace: (() => Json) | undefined;
}

/** The context that a target's set-up, reset and reads use: its connections are nobody's, and are not counted. */
export function createTargetContext(source: ContextSource): TargetContext {
  const { owner } = source;
  return {
    parameters: source.parameters,
    address: (store) => addressOf(source, store),
    socket: () => new CountedSocket(uncounted(source)),
    relay: (store) => Promise.resolve(addressOf(source, store)),
    // Not performance.now(), which begins with each process: a time in a lock file must mean the same to all of them.
    now: () => owner?.now() ?? Number(monotonicNs()) / 1e6,
    sleep: (ms) => wait(ms),
    random: () => owner?.random(undefined) ?? source.random(),
  };
}

/**
 * One client, or one worker, of a target: its process number, its counted connections, and the operation it is in.
 * After an `info` it is closed and the host opens another one in its place.
 */
export class ClientSlot {
  readonly context: ClientContext;
  readonly connections: OpenConnection[] = [];
  faults: readonly Fault[] = [];
  /** Set while an operation runs: what a crash at a point does to it. */
  onCrash: (() => void) | undefined;
  /** Made when somebody asks for its signal: most operations never do. */
  #abort: AbortController | undefined;
  #isAborted = false;
  #sockets = new Set<Duplex>();
  #relays: Relay[] = [];
  #leases = new Map<string, Lease>();
  #lapsing: { readonly stop: AbortController; readonly done: Promise<string | undefined> }[] = [];
  #firstRequestNs: number | undefined;
  #lastAnswerNs = 0;
  #requests = 0;
  /** What a late operation still says belongs to no trial. */
  #destroyed = false;
  readonly #owner: ClientOwner | undefined;
  readonly #onTraffic: (() => void) | undefined;

  constructor(
    readonly client: number,
    readonly process: number,
    source: ContextSource,
    private readonly events: SlotEvents,
  ) {
    // A context is a plain object of functions, so that a target may take them apart.
    const signal = () => this.#signal();
    const { owner } = source;
    this.#owner = owner;
    this.#onTraffic = source.onTraffic;
    const addressFor = (store: string) => {
      const address = addressOf(source, store);
      return owner?.address(client, address) ?? address;
    };
    this.context = {
      ...createTargetContext(source),
      client,
      process,
      get signal() {
        return signal();
      },
      address: addressFor,
      socket: (store) => this.#socket(addressFor(store)),
      relay: async (store, limit) => {
        const address = addressFor(store);
        const readerOf = await wireReaderOf(store);
        const { host, port } = await this.#relay(address, { readerOf, limit });
        return { ...address, host, port, ...(readerOf && { tls: 'off' as const }) };
      },
      traffic: (store) => this.#traffic(addressOf(source, store).store),
      sleep: (ms) => this.#sleep(ms),
      arrived: (atMs) => {
        if (!this.#destroyed) events.arrived(atMs);
      },
      random: () => owner?.random(client) ?? source.random(),
      note: (kind, fields) => {
        if (!this.#destroyed) events.note(this, kind, fields);
      },
      point: (name) => (owner === undefined && this.faults.length === 0 ? PASSED : this.#point(name)),
      count: (event, by = 1) => {
        if (!this.#destroyed) events.count(event, by);
      },
      lease: (key, ttlMs, expire) => this.#leases.set(key, { dueMs: this.#nowMs() + ttlMs, expire }),
    };
  }

  begin(): void {
    this.#abort = undefined;
    this.#isAborted = false;
    this.#leases.clear();
    this.released();
  }

  /** What was sent of a held attempt cannot have had an effect: its span at the store begins with what is sent from now on. */
  released(): void {
    this.#firstRequestNs = undefined;
    this.#requests = 0;
  }

  /** From first request to last answer on the counted connections; undefined when nothing was sent. */
  span(endedNs: number, answered: boolean): StoreSpan | undefined {
    if (this.#firstRequestNs === undefined) return undefined;
    const lastAnswerNs = answered ? Math.max(this.#lastAnswerNs, this.#firstRequestNs) : endedNs;
    return { firstRequestNs: this.#firstRequestNs, lastAnswerNs, requests: this.#requests };
  }

  abort(): void {
    this.#isAborted = true;
    this.#abort?.abort();
  }

  #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isAborted) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Ends every connection of this client, without a word to the server. */
  destroy(): void {
    this.#destroyed = true;
    this.abort();
    for (const socket of this.#sockets) socket.destroy();
    for (const relay of this.#relays) relay.destroy();
  }

  /**
   * Nothing of a dead client lapses any more once this resolves, so that it cannot in the next trial. Resolves with what
   * went wrong; for people.
   */
  async endLapses(): Promise<readonly string[]> {
    for (const { stop } of this.#lapsing) stop.abort();
    const problems = await Promise.all(this.#lapsing.map(({ done }) => done));
    this.#lapsing = [];
    return problems.filter((problem) => problem !== undefined);
  }

  #traffic(store: string): SocketTraffic {
    return {
      sent: () => {
        this.#requests += 1;
        this.#firstRequestNs ??= this.events.nowNs();
        this.#onTraffic?.();
      },
      received: () => {
        this.#lastAnswerNs = this.events.nowNs();
        this.#onTraffic?.();
      },
      connected: (localPort, trace) => this.connections.push({ store, localPort, trace }),
    };
  }

  #socket(address: StoreAddress): Duplex {
    const traffic = this.#traffic(address.store);
    const encrypted = address.tls !== undefined && address.tls !== 'off';
    const socket =
      this.#owner?.socket?.(this.client, address.store, traffic) ??
      (encrypted
        ? new RelayedSocket(this.#relay(address))
        : new CountedSocket(traffic, watchOf(address.store)));
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  async #relay(address: StoreAddress, options?: RelayOptions): Promise<Relay> {
    const relay = await openRelay(address, () => this.#traffic(address.store), options);
    this.#relays.push(relay);
    return relay;
  }

  async #sleep(ms: number): Promise<void> {
    const signal = this.#signal();
    if (this.#owner === undefined) await wait(ms, undefined, { signal });
    else await this.#owner.sleep(this.client, ms, signal);
  }

  #nowMs(): number {
    return this.#owner?.now() ?? performance.now();
  }

  async #point(name: PointName): Promise<void> {
    await this.#owner?.point(this.client, name);
    const fault = this.faults.find((one) => one.client === this.client && one.point === name);
    if (fault === undefined) return;
    const leases = fault.leases === 'expire' ? [...this.#leases.values()] : [];
    if (fault.kind === 'stall') return this.#stall(fault.forMs, leases);
    await this.#owner?.mayDie(this.client, name);
    this.destroy();
    this.#owner?.crashed(this.client);
    this.#lapsing = leases.map(lapse);
    this.onCrash?.();
    // The code behind a crash never goes on: not even its `finally` runs.
    return new Promise(() => undefined);
  }

  async #stall(forMs: number, leases: readonly Lease[]): Promise<void> {
    // Whoever asks for the time can be told apart from whoever only sleeps.
    if (leases.length === 0) return this.#sleep(forMs);
    const endsMs = this.#nowMs() + forMs;
    const due = leases.filter(({ dueMs }) => dueMs <= endsMs).sort((a, b) => a.dueMs - b.dueMs);
    for (const { dueMs, expire } of due) {
      await this.#sleep(untilPast(dueMs, this.#nowMs()));
      await expire();
    }
    await this.#sleep(Math.max(0, endsMs - this.#nowMs()));
  }
}

/** A timer may fire up to a millisecond early, and no store may remove a lease early. */
function untilPast(dueMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil(dueMs - nowMs) + 1);
}

/** Lets a lease lapse when its time is up, unless it is stopped before. */
function lapse({ dueMs, expire }: Lease) {
  const stop = new AbortController();
  const due = wait(untilPast(dueMs, performance.now()), true, { signal: stop.signal }).catch(() => false);
  const done = due
    .then((isDue) => (isDue ? expire() : undefined))
    .then(
      () => undefined,
      (error: unknown) => `a lease could not be made to lapse: ${operationError(error).message}`,
    );
  return { stop, done };
}

function uncounted({ onTraffic = () => undefined }: ContextSource): SocketTraffic {
  return { sent: onTraffic, received: onTraffic, connected: () => undefined };
}

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
