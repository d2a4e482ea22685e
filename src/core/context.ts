import type { Duplex } from 'node:stream';
import type { NoteKind } from './history.js';
import type { Json } from './json.js';
import type { Parameters } from './scenario.js';

/**
 * A place in a target where a scenario may stall or crash a client. `looked`: a lock was seen to be free or stale, and is not
 * taken yet.
 */
export type PointName = 'looked' | 'locked' | 'checked' | 'written' | 'before-release';

/** Something worth counting while an operation runs; a table has columns for retries and deadlocks. */
export type CountedEvent = 'retry' | 'conflict' | 'deadlock' | 'lock-timeout' | 'rollback' | (string & {});

/** How a target reaches one of its stores. Strings and numbers only, so that it crosses a process border. */
export interface StoreAddress {
  readonly store: string;
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** What is this run's own: a schema, a database, a key prefix, a folder. Nothing outside it may be touched. */
  readonly namespace: string;
  /** TLS towards the store, as its URL asked for. */
  readonly tls?: 'off' | 'verify' | 'no-verify';
}

/** Told of what leaves for a store and comes back from it, and of the connection that carries it. */
export interface Traffic {
  sent(): void;
  received(): void;
  /** By its local TCP port, before anything is sent on it: a session without an answer is chased by its connections. */
  connected(localPort: number): void;
}

/** What a target is given from outside, and all of it: no other clock, randomness, timer, address or environment. */
export interface TargetContext {
  /** The scenario's numbers, each with a value. */
  readonly parameters: Parameters;
  /** The store's address for a driver that can be given a socket: pass `socket` to it, or nothing is counted. */
  address(store: string): StoreAddress;
  /** An unconnected-yet stream to the store, counted as this client's. For drivers with a `stream` option, such as pg's. */
  socket(store: string): Duplex;
  /**
   * The address of a loopback relay that counts, for any driver that knows only a host and a port. It lets in `connections`
   * in all, without limit by default: where a driver would connect again behind one's back, it is refused.
   */
  relay(store: string, connections?: number): Promise<StoreAddress>;
  /** Milliseconds of the run's clock. Not the wall clock; explore may own it. */
  now(): number;
  /** Waits so many milliseconds of the run's clock, and never less. Rejects when a client's `signal` aborts. */
  sleep(ms: number): Promise<void>;
  /** In [0, 1), repeated by the seed. */
  random(): number;
}

/** What one client, or one worker, of a target is given. It runs one operation at a time. */
export interface ClientContext extends TargetContext {
  /** From 0; workers follow the last client. */
  readonly client: number;
  /** The logical process: a new one after every `info`. */
  readonly process: number;
  /** Aborted when the running operation timed out, or when a worker shall stop. */
  readonly signal: AbortSignal;
  /**
   * To be told of this client's requests and answers where no socket of `socket` carries them: of a stream on a connection
   * that many clients share, or inside TLS. What is not told of does not count as overlap.
   */
  traffic(store: string): Traffic;
  /** The server said that the running operation's request arrived then, in milliseconds of its own clock. */
  arrived(atMs: number): void;
  /** Into the history, with its time. Explains a violation; a target without notes gets the same safety verdict. */
  note(kind: NoteKind, fields: Readonly<Record<string, Json>>): void;
  /** A place to be stalled or crashed at. Normally nothing. */
  point(name: PointName): Promise<void>;
  /** Adds `by` (default 1) to what a report counts of this event. Judges nothing, but for a control that must show it. */
  count(event: CountedEvent, by?: number): void;
  /**
   * Names a lease that the store itself keeps, with `ttlMs` to live from now. `expire` must remove exactly that lease, and
   * nothing if it is gone: it is called when the lease's time is up, where a scenario does not leave that to the store.
   * The client may be stalled or dead by then, so `expire` uses a connection of the target, not of the client.
   */
  lease(key: string, ttlMs: number, expire: () => Promise<void>): void;
}

/** Thrown by a target whose operation certainly did not happen: rolled back, or never begun. Recorded as `fail`. */
export class NotHappened extends Error {
  override readonly name = 'NotHappened';
  /** The store's own code where it has one, e.g. `40001`. */
  readonly code: string;
  constructor(message: string, code = 'not-happened', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
