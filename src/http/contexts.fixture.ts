import type { Duplex } from 'node:stream';
import { ClientSlot, createTargetContext, type ContextSource } from '../engine/client-slot.js';
import { sinceNs } from '../engine/clock.js';
import type { ClientContext, TargetContext } from '../core/context.js';

/** The contexts of a target whose store `http` is at this base URL: the engine's own. */
export interface Contexts {
  readonly target: TargetContext;
  readonly counts: Record<string, number>;
  readonly arrivalsMs: readonly number[];
  /** Of the target, not of a client. */
  readonly sockets: readonly Duplex[];
  client(number: number): ClientContext & { readonly slot: ClientSlot };
}

export function contextsFor(baseUrl: string): Contexts {
  const { hostname, port } = new URL(baseUrl);
  const address = { store: 'http', host: hostname, port: Number(port), namespace: '' };
  const source: ContextSource = {
    parameters: {},
    random: Math.random,
    addresses: new Map([['http', address]]),
  };
  const counts: Record<string, number> = {};
  const arrivalsMs: number[] = [];
  const originNs = process.hrtime.bigint();
  const events = {
    nowNs: () => sinceNs(originNs),
    note: () => undefined,
    arrived: (atMs: number) => void arrivalsMs.push(atMs),
    count: (event: string, by: number) => void (counts[event] = (counts[event] ?? 0) + by),
  };
  const sockets: Duplex[] = [];
  const target = createTargetContext(source);
  const socket = (store: string) => {
    const opened = target.socket(store);
    sockets.push(opened);
    return opened;
  };
  return {
    target: { ...target, socket },
    counts,
    arrivalsMs,
    sockets,
    client(number) {
      const slot = new ClientSlot(number, number, source, events);
      return Object.assign(Object.create(slot.context) as ClientContext, { slot });
    },
  };
}
