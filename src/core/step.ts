import type { StoreAddress } from './context.js';

/** What one step touches, as far as it is known. Opaque to whoever schedules, but for `StepWire.dependent`. */
export type Footprint = object;

/** What the store answered to one step. */
export interface StepAnswer {
  /** In short, for people: `1 row: 20`, `UPDATE 1`, `error 40P01: deadlock detected`. */
  readonly label: string;
  /** The store's own code where it answered with an error. */
  readonly errorCode?: string;
  /** Equal answers have equal digests. */
  readonly digest: string;
  /** What the step touched: known better now than before it. */
  readonly footprint: Footprint;
  readonly ended?: 'connection-lost';
}

/** A client's request, complete, at the gate: nothing of it has reached the store. */
export interface HeldStep {
  readonly client: number;
  /** For people: the request with its values. */
  readonly label: string;
  readonly footprint: Footprint;
  /**
   * Lets it through; resolves when the complete answer has been handed on to the client. A step that the store has wait for
   * another session's is answered late, or never while that session is held.
   */
  release(): Promise<StepAnswer>;
}

/** Stands between the clients of one store and its server, and holds what they send. */
export interface StepWire {
  /** A port of this client's own on loopback, by which its connections are known. They are held one by one. */
  addressOf(client: number): Promise<StoreAddress>;
  /** Off, as at the start: everything goes through unheld. */
  hold(on: boolean): void;
  onHeld(listener: (step: HeldStep) => void): void;
  onLost(listener: (client: number) => void): void;
  /** Of these clients, those whose released step waits inside the store for another session. Asked of the store, never guessed. */
  blocked(clients: readonly number[]): Promise<ReadonlySet<number>>;
  /** Whether swapping two neighbouring steps of different clients could change anything. When unsure: true. */
  dependent(one: Footprint, other: Footprint): boolean;
  close(): Promise<void>;
}
