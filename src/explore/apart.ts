import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import type { ClientOwner } from '../engine/client-owner.js';
import type { HostReplyValue, HostRequest } from '../engine/protocol.js';

/** What holds the clients: does one request of the engine's protocol after the other. */
export interface ClientsHost {
  handle(request: HostRequest): Promise<HostReplyValue>;
  /** Ends what it has started, at once. */
  kill?(): Promise<void>;
}

/** One instance of an API, and the ways to the stores that are its client's own. */
export interface InstanceGiven {
  readonly client: number;
  readonly addresses: readonly StoreAddress[];
}

/** The instances of an API, of which each client has one. */
export interface Instances {
  /** Starts them, and resolves with where each is reached when all are ready. One that its client has already is ended first. */
  launch(given: readonly InstanceGiven[]): Promise<readonly StoreAddress[]>;
  /** While their stores can still be reached. */
  stop(): Promise<void>;
}

/**
 * The code of each client runs in a process of its own, so that every connection from there is known to be that client's. What such
 * processes share only in their memory, a mutex or a cache, does not exist between them.
 *
 * `instance`: of an API, which the client sends its requests to. `program`: of the user, in which the client lives.
 */
export type Apart =
  | { readonly each: 'instance'; readonly instances: Instances }
  | {
      readonly each: 'program';
      open(owner: ClientOwner, emit: (events: readonly HistoryEvent[]) => void): ClientsHost;
    };
