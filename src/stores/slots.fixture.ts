import type { StoreAddress } from '../core/context.js';
import { seededRandom } from '../core/random.js';
import { ClientSlot } from '../engine/client-slot.js';
import type { ClientConnection } from './store.js';

/** A client as the engine makes it, and what it counted. */
export interface TestSlot {
  readonly slot: ClientSlot;
  readonly counts: Record<string, number>;
  connections(doubtful?: boolean): readonly ClientConnection[];
}

const originNs = process.hrtime.bigint();

export function openSlot(address: StoreAddress, client = 0): TestSlot {
  const counts: Record<string, number> = {};
  const source = {
    parameters: {},
    random: seededRandom(`slot ${client}`),
    addresses: new Map([[address.store, address]]),
  };
  const slot = new ClientSlot(client, client, source, {
    nowNs: () => Number(process.hrtime.bigint() - originNs),
    note: () => undefined,
    arrived: () => undefined,
    count: (event, by) => (counts[event] = (counts[event] ?? 0) + by),
  });
  return {
    slot,
    counts,
    connections: (doubtful = false) =>
      slot.connections.map(({ localPort, trace }) => ({
        ...{ client, process: client, localPort, doubtful },
        ...(trace && { trace: trace() }),
      })),
  };
}

/** What a slot saw of the operation that `work` is: from its first request to its last answer. */
export async function spanOf({ slot }: TestSlot, work: () => Promise<unknown>) {
  slot.begin();
  await work();
  return slot.span(Number(process.hrtime.bigint() - originNs), true);
}

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** Where so many meet: whoever comes waits for the others. */
export function meeting(count: number): () => Promise<void> {
  let [open, missing] = [() => undefined as void, count];
  const everybody = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if ((missing -= 1) === 0) open();
    return everybody;
  };
}
