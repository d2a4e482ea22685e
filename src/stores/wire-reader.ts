import type { Json } from '../core/json.js';

/**
 * Reads along on one connection, for a store whose drivers say more on it than a client asks for: a handshake, a heartbeat, a
 * farewell. Counted as requests they would fake an overlap that no two operations had.
 */
export interface WireReader {
  /** How many of the client's requests begin in these bytes towards the store. */
  requestsIn(bytes: Buffer): number;
  /** Whether these bytes from the store belong to the answer of a client's request. */
  isAnswer(bytes: Buffer): boolean;
  /** What the store's own code wants to know of this connection when it is to be ended; see `ClientConnection.trace`. */
  trace(): Json;
}

const READERS: Readonly<Record<string, () => Promise<() => WireReader>>> = {
  mongodb: async () => (await import('./mongodb/wire-reader.js')).createWireReader,
};

/** Undefined where everything that is sent after the connection is made is a request. */
export async function wireReaderOf(store: string): Promise<(() => WireReader) | undefined> {
  return READERS[store]?.();
}
