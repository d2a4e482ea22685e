import type { HttpVersion } from './http/http-version.js';
import type { Api } from '../core/api.js';
import type { StoreAddress } from '../core/context.js';
import type { OpenTransaction } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Parameters } from '../core/scenario.js';
import type { StoreFeature } from '../core/target.js';
import type { Reaper } from '../process/reaper.js';
import type { Trouble } from './trouble.js';

/** What a store is asked for at the start of a run. */
export interface StoreRequest {
  /** As the user gave it; without one, an embedded or a local server is started. */
  readonly url: string | undefined;
  /** Allow a host that is not loopback. */
  readonly allowRemote: boolean;
  /** Names this run in what is created, e.g. `7f3a91`. */
  readonly runId: string;
  /** Connections that clients and workers will hold at once, without the store's own. */
  readonly connections: number;
  /** Ends processes and removes folders if this process dies without doing so itself. */
  readonly reaper: Reaper;
  /** What killed runs left on a server that a URL names is left there, so that it can be looked at. */
  readonly keepLeftovers?: boolean;
  /** For `http`, where each target has a server of its own: which one, and whose. */
  readonly api?: { readonly target: string; readonly api: Api };
  /** Waiting for a server to get ready ends with it. */
  readonly signal?: AbortSignal;
}

/** What a namespace may depend on. */
export interface NamespaceGiven {
  /** The namespaces of the target's other stores. */
  readonly others: readonly StoreAddress[];
  readonly parameters: Parameters;
}

/** Further instances of an API beside that of its namespace, each with ways of its own to the target's other stores. */
export interface ApiInstances {
  /** Resolves when it is ready; one that bears this number (from 1) already is ended first, and leaves it its port. */
  launch(instance: number, given: NamespaceGiven): Promise<StoreAddress>;
  /** Ends all of them. What is seen by then to have gone wrong with one is what `trouble` tells from then on. */
  stop(): Promise<void>;
}

/** A namespace that a run made on a server and did not remove. */
export interface Leftover {
  readonly namespace: string;
  /** `dead`: its process ran on this host and is gone, so the next run removes it. Of another host's nothing is known. */
  readonly run: 'dead' | 'alive' | 'unknown';
}

/** A counted connection of a client, named the way a server can see it too. */
export interface ClientConnection {
  readonly client: number;
  readonly process: number;
  /** The local TCP port of its socket: servers show it, whatever the driver. */
  readonly localPort: number;
  /** Its operation had no answer: our end of it is closed, and what it sent may still be at work in the server. */
  readonly doubtful?: boolean;
  /** What the store's `WireReader` or `SocketWatch` saw on it, in words between the two. Absent where nothing reads, or what was read is old. */
  readonly trace?: Json;
}

/** One connection of a client waits for what another one holds. */
export interface Blocking {
  readonly waiter: ClientConnection;
  readonly holder: ClientConnection;
  /** What the waiter waits with, and for how long it has: the same in every sample of one statement. */
  readonly statement: { readonly id: string; readonly waitedMs: number };
}

/** A part of a server that is this run's own. */
export interface StoreNamespace {
  readonly address: StoreAddress;
  /** Sessions of these connections that still hold a transaction. */
  openTransactions(connections: readonly ClientConnection[]): Promise<readonly OpenTransaction[]>;
  /**
   * Ends these sessions at the server and waits until they are seen to be gone, so that a statement that timed out
   * cannot commit later. Resolves with the connections for which this could not be shown.
   */
  endSessions(connections: readonly ClientConnection[]): Promise<readonly ClientConnection[]>;
  /** What it means where sessions could not be ended, and what would help; for people. Default: that they may still write. */
  readonly unended?: string;
  /**
   * Who waits for whom right now, among these connections, as the server sees it. Absent where a server cannot tell. Asked
   * while the clients are at work, so it must be cheap.
   */
  blocking?(connections: readonly ClientConnection[]): Promise<readonly Blocking[]>;
  /** Removes it and everything in it. */
  drop(): Promise<void>;
}

/** A server at hand. */
export interface StoreServer {
  readonly store: string;
  /** For the head of a table, e.g. `PostgreSQL 18.4, embedded`. */
  readonly description: string;
  /** What could change a result, e.g. `{ version: '18.4', defaultIsolation: 'read committed', deadlockTimeout: '20ms' }`. */
  readonly environment: Readonly<Record<string, string>>;
  /** What this server cannot do and others of its kind can, with the reason and what to do about it. */
  readonly lacks?: Readonly<
    Partial<Record<StoreFeature, { readonly reason: string; readonly remedy: string }>>
  >;
  /** Its namespaces depend on those of the target's other stores: they are made after those, and dropped before them. */
  readonly isLast?: boolean;
  /** A fresh namespace; several may live at once. Rejects with `StoreUnavailable` where none can be had. */
  namespace(given?: NamespaceGiven): Promise<StoreNamespace>;
  /** Namespaces of other runs. Absent where a server is this run's own. */
  leftovers?(): Promise<readonly Leftover[]>;
  /** It is of this run alone: what is left on it is gone when it is stopped. Default: it lives on. */
  readonly endsWithRun?: boolean;
  /** Of an API with a command. Those of one with a port of its own choice would stand in each other's way. */
  readonly instances?: ApiInstances;
  /** Why nothing more can be learnt from it, where that is so; undefined as long as it answers. Takes up to 10 s. */
  trouble(): Promise<Trouble | undefined>;
  /** Of an API, from its first namespace on. */
  httpVersion?(): HttpVersion | undefined;
  /** Drops what this run created and stops what it started; saves the server's log to `keepLogAt` if there is one. Never rejects twice. */
  stop(keepLogAt?: string): Promise<void>;
}

/** A store cannot be had. Not a verdict: the targets on it are skipped aloud, or the run could not be made. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly store: string;
  /** The one thing to do about it, e.g. a command. */
  readonly remedy: string;
  constructor(store: string, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.store = store;
    this.remedy = remedy;
  }

  /** What is missing and what to do about it, in one sentence. */
  get words(): string {
    return `${this.message.replace(/[.:]?$/, '')}: ${this.remedy}`;
  }
}

/** How a store is looked for. `undefined` on `url` means: start one of our own. */
export type OpenStore = (request: StoreRequest) => Promise<StoreServer>;
