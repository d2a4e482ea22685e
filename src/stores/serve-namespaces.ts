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
  readonly running: () => boolean;
  readonly end: (keepLogAt: string | undefined) => Promise<void>;
}

/** Counted over all servers of this process, so that no two of its namespaces have one name. */
let made = 0;

/** A server as the engine sees it: numbers its namespaces, and knows which of them still live. */
export function serveNamespaces({ make, end, ...server }: ServedNamespaces): StoreServer {
  const live = new Set<StoreNamespace>();
  let stopping: Promise<void> | undefined;
  return {
    ...server,
    namespace: async () => {
      made += 1;
      const one = await make(made);
      const namespace: StoreNamespace = {
        ...one,
        drop: async () => {
          live.delete(namespace);
          await one.drop();
        },
      };
      live.add(namespace);
      return namespace;
    },
    stop: (keepLogAt) => {
      if (stopping !== undefined) return stopping.catch(() => undefined);
      stopping = end([...live], keepLogAt);
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
