import net from 'node:net';
import type { ClientContext, StoreAddress } from '../../core/context.js';
import { seededRandom } from '../../core/random.js';
import { connectPostgres, type Session } from './connect.js';

/** What a test wants to know of the context that it gave away. */
export interface TestContext {
  readonly context: ClientContext;
  readonly counts: Record<string, number>;
  readonly sleptMs: number[];
  /** Of the last socket. */
  localPort(): number;
  /** Cuts it without a word to the server, as the engine does after a time-out. */
  cut(): void;
}

/** A context for one client of an address; its sleeps take no time. */
export function testContext(address: StoreAddress, client = 0): TestContext {
  const counts: Record<string, number> = {};
  const sleptMs: number[] = [];
  let last: net.Socket | undefined;
  const context: ClientContext = {
    parameters: {},
    address: () => address,
    socket: () => (last = new net.Socket()),
    relay: () => Promise.resolve(address),
    traffic: () => ({ sent: () => undefined, received: () => undefined, connected: () => undefined }),
    now: () => performance.now(),
    sleep: (ms) => {
      sleptMs.push(ms);
      return Promise.resolve();
    },
    random: seededRandom('test'),
    client,
    process: client,
    signal: new AbortController().signal,
    arrived: () => undefined,
    note: () => undefined,
    point: () => Promise.resolve(),
    count: (event, by = 1) => {
      counts[event] = (counts[event] ?? 0) + by;
    },
    lease: () => undefined,
  };
  return { context, counts, sleptMs, localPort: () => last?.localPort ?? 0, cut: () => last?.destroy() };
}

/** A session with the connection that the engine would name it by. */
export async function openClient(address: StoreAddress, client = 0) {
  const test = testContext(address, client);
  const session: Session = await connectPostgres(test.context);
  return { ...test, session, connection: { client, process: client, localPort: test.localPort() } };
}
