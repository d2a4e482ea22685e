import type { StoreAddress } from '../core/context.js';

/** Until a connection counts as impossible. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** What a driver says of a connection that came too late names neither the server nor a way out. For people. */
export function notInTime(product: string, { host, port }: StoreAddress, cause: unknown): Error {
  return new Error(
    `${product} at ${host}:${port} gave a client no connection within ${CONNECT_TIMEOUT_MS / 1_000} s (timeout). Use fewer clients, or a machine that is less busy.`,
    { cause },
  );
}
