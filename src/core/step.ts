import type { Duplex } from 'node:stream';
import type { StoreAddress, Traffic } from './context.js';

/**
 * What one step touches in its store, as far as known. Which things, only the store's own code knows: ask
 * `StepWire.dependent`.
 */
export interface Footprint {
  /**
   * `nothing`: nobody else can notice it, so it is independent of every other step. `unknown`: it may touch anything, so it
   * depends on every step that touches something.
   */
  readonly touches: 'nothing' | 'something' | 'unknown';
  /** Of a step that was answered: it has left everything as it was but locks, and would again with the same answer. */
  readonly changesNothing?: boolean;
}

/** One request of a client, complete, at the gate: nothing of it has reached the store. */
export interface HeldStep {
  readonly client: number;
  /** Of this client's connections in this schedule, in the order in which they were opened, from 0. */
  readonly connection: number;
  /** For people: the SQL with its values. */
  readonly label: string;
  /** As known before it ran; see `StepAnswer.footprint`. */
  readonly footprint: Footprint;
  /**
   * Lets it through; resolves when the complete answer has been handed on to the client, or the connection is lost. A step
   * that waits inside the store resolves late, or never while what it waits for is held. Never rejects.
   */
  release(): Promise<StepAnswer>;
}

/** A request that came while steps were not held. */
export type PassedStep = Pick<HeldStep, 'client' | 'label' | 'footprint'>;

/** What came of one step. */
export interface StepAnswer {
  /** In short, for people: `1 row: 20`, `UPDATE 1`, `error 40P01: deadlock detected`. */
  readonly label: string;
  /** The store's own code, e.g. `40001`. */
  readonly errorCode?: string;
  /** Of the session after it, as the store says, e.g. `idle`, `in transaction`, `failed transaction`. */
  readonly status?: string;
  /** All that the client was told, a line each, with ids, times and process numbers as they came; the end of a long answer is a digest. */
  readonly content: readonly string[];
  /** Of `content`: equal answers have equal digests. */
  readonly digest: string;
  /**
   * What it touched as it really ran. Wider than before it where it failed, because a failed transaction frees its locks at
   * once. A step that waited ends inside the step that let it go on, so what that transition touched is both together.
   */
  readonly footprint: Footprint;
  /** It failed in a deadlock: clients that waited for each other, as the store told. */
  readonly circle?: readonly number[];
  /** The connection ended before the answer was complete. */
  readonly ended?: 'connection-lost';
}

/** A session that a client has open at its store. */
export interface WireConnection {
  readonly client: number;
  /** Of its end at the server, which shows it. */
  readonly localPort: number;
  /** `working`: a request of it has no answer yet. `open`: in a transaction. `idle`: neither. */
  readonly state: 'working' | 'open' | 'idle';
}

/** Once in each wait a session looks for a deadlock, and fails if it finds one: so long after the wait began, in milliseconds. */
export type DeadlockClock = 'at once' | 'never' | number;

/** Stands between the clients of one store and its server, and holds their steps. */
export interface StepWire {
  /** A port of this client's own on loopback, so that a connection's client is known. Any number of connections. */
  addressOf(client: number): Promise<StoreAddress>;
  /**
   * For a driver that can be given a socket: one that is not connected yet, and leads to the store as that address does,
   * without a way through the system. Undefined where this wire has none.
   */
  socket?(client: number, traffic: Traffic): Duplex;
  /**
   * Learns what the footprints of steps rest on, e.g. keys and triggers. After the target's set-up, before the first step;
   * without it every footprint is unknown.
   */
  learn(): Promise<void>;
  /**
   * Off at the start: everything goes through, e.g. connecting, warming, a reset. What is held when it is put off goes
   * through too.
   */
  hold(on: boolean): void;
  /** One listener, told of each step when it comes to the gate. A connection has at most one step there. */
  onHeld(listener: (step: HeldStep) => void): void;
  /** One listener, told of each request that comes while steps are not held, and goes through. */
  onPassed(listener: (step: PassedStep) => void): void;
  /** One listener, told of each connection that ended while its client still wanted it. `reason` is for people. */
  onLost(listener: (client: number, reason: string) => void): void;
  /**
   * Of these clients, whose released step waits inside the store for another of them, and for whom; for nobody where it waits for
   * what none of them holds any more and one of them may end. Asked of the store, never guessed. Rejects when the store does not answer.
   */
  blocked(clients: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>>;
  /**
   * One listener, told when a released step begins to wait: then `blocked` is worth asking. Not every wait is told of, so
   * it is to be asked from time to time as well.
   */
  onWaiting(listener: (client: number) => void): void;
  /** Whether swapping two neighbouring steps of different clients could change anything. When unsure: true. */
  dependent(a: Footprint, b: Footprint): boolean;
  /** Whether the step reads, changes, or locks anything at all: `select 1` does not. When unsure: true. */
  isNoticeable(footprint: Footprint): boolean;
  /**
   * How often steps were seen that made `dependent` true for more: for what nobody had looked at before. What was concluded from it
   * until then is to be concluded anew.
   */
  readonly dependenceGrown: number;
  /** What the schedule has left in the store that is no session's, so that the next one would not begin as this one did; for people. */
  readonly leftBehind: string | undefined;
  /** Who decides which client of a deadlock fails. */
  readonly deadlockVictim: 'scheduler' | 'server';
  /**
   * When the client's sessions look for a deadlock in waits of requests that are released from now on. `at once`, as at the start:
   * it fails where it closes the circle. `never`: it does not fail. A number: so many milliseconds after its wait began, so it fails
   * where there is a circle by then, and where there is none, never in that wait. Throws where `deadlockVictim` is `server`.
   */
  setDeadlockClock(client: number, clock: DeadlockClock): void;
  /** All that stand now. */
  connections(): readonly WireConnection[];
  /**
   * The client is no more: ends its connections, and resolves when the store has let go of all that they had, with what that touched.
   */
  leave(client: number): Promise<readonly Footprint[]>;
  /** Ends every connection and every port. */
  close(): Promise<void>;
}
