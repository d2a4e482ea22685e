import { setTimeout as wait } from 'node:timers/promises';
import type { StoreNamespace, StoreServer } from './store.js';

/** What the servers of stores differ in. */
export interface ServedNamespaces extends Omit<StoreServer, 'namespace' | 'stop'> {
  /** Makes the namespace with this number, from 1. */
  readonly make: (number: number) => Promise<StoreNamespace>;
  /** Called once, with the namespaces that were not dropped. */
  readonly end: (live: readonly StoreNamespace[], keepLogAt: string | undefined) => Promise<void>;
}

/** In what a server that was started for a run differs from one by URL. */
export interface ServerOrigin {
  /** It was started for this run and ends with it. */
  readonly own: boolean;
  readonly words: string;
  readonly environment: Readonly<Record<string, string>>;
  /** See `LookedAt`. */
  readonly ended?: () => string | undefined;
  readonly end: (keepLogAt: string | undefined) => Promise<void>;
}

/** How long a server that is to be stopped may take for what it was asked before. */
const ANSWER_MS = 5_000;

/** Counted over all servers of this process, so that no two of its namespaces have one name. */
let made = 0;

/** A server as the engine sees it: numbers its namespaces, and knows which of them still live. */
export function serveNamespaces({ make, end, ...server }: ServedNamespaces): StoreServer {
  const live = new Set<StoreNamespace>();
  const underWay = new Set<Promise<StoreNamespace>>();
  let stopping: Promise<void> | undefined;

  const next = async (): Promise<StoreNamespace> => {
    made += 1;
    const one = await make(made);
    const namespace: StoreNamespace = {
      ...one,
      drop: async () => {
        live.delete(namespace);
        try {
          await one.drop();
        } catch (error) {
          // It is tried once more when the server is stopped, and then told.
          live.add(namespace);
          throw error;
        }
      },
    };
    live.add(namespace);
    return namespace;
  };

  /** A run may be interrupted while it waits for a namespace, which the server makes all the same. */
  const stop = async (keepLogAt: string | undefined): Promise<void> => {
    const settled = Promise.allSettled(underWay);
    await Promise.race([settled, wait(ANSWER_MS, undefined, { ref: false })]);
    await end([...live], keepLogAt);
  };

  return {
    ...server,
    namespace: async () => {
      if (stopping !== undefined)
        throw new Error('The server is being stopped: it makes no namespace any more.');
      const making = next();
      underWay.add(making);
      try {
        return await making;
      } finally {
        underWay.delete(making);
      }
    },
    stop: (keepLogAt) => {
      if (stopping !== undefined) return stopping.catch(() => undefined);
      stopping = stop(keepLogAt);
      return stopping;
    },
  };
}

/** All are tried, whatever becomes of the others. */
export async function dropAll(namespaces: readonly StoreNamespace[]): Promise<void> {
  const dropped = await Promise.allSettled(namespaces.map((namespace) => namespace.drop()));
  const failures = dropped.filter((one) => one.status === 'rejected').map((one): unknown => one.reason);
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    throw new AggregateError(failures, failures.map((failure) => String(failure)).join('\n'));
  }
}
