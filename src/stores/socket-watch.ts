import type { Json } from '../core/json.js';
import { TransactionWatch } from './postgres/transaction-watch.js';

/** A trace: the last thing that the store said on the connection is that nothing is open on it, and nothing was asked since. */
export const AT_REST = 'at rest';

/** Looks at what goes over one unencrypted connection of a client, at the cost of a glance at each packet. */
export interface SocketWatch {
  sent(): void;
  received(bytes: Buffer): void;
  /** What the store's own code wants to know of this connection; see `ClientConnection.trace`. */
  trace(): Json;
}

const WATCHES: Readonly<Record<string, () => SocketWatch>> = {
  postgres: () => new TransactionWatch(),
};

/** Undefined where nothing is to be learnt from the packets of this store. */
export function watchOf(store: string): SocketWatch | undefined {
  return WATCHES[store]?.();
}
