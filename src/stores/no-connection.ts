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

/** That nobody took this one connection is all that a client knows: the server may be there again. Other errors are left as they are. */
export function refusedOnce(product: string, address: StoreAddress, error: unknown): unknown {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') return error;
  return refused(product, address, error);
}

/** For people, with what helps. */
export function refused(product: string, { host, port }: StoreAddress, cause: unknown): Error {
  return new Error(
    `${product} at ${host}:${port} refused a client's connection (ECONNREFUSED): nobody took connections there just then. See that it runs, and is not started again meanwhile.`,
    { cause },
  );
}
