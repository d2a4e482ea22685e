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

/** Of a client: the server runs, or is looked at elsewhere; that nobody took this one connection is all that is known here. */
export function refusedOnce(product: string, { host, port }: StoreAddress, cause: unknown): Error {
  const error = new Error(
    `${product} at ${host}:${port} refused a client's connection (${REFUSED}): nobody took connections there just then. See that it runs, and is not started again meanwhile.`,
    { cause },
  );
  return Object.assign(error, { code: REFUSED });
}

const REFUSED = 'ECONNREFUSED';

export function isRefused(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === REFUSED;
}
