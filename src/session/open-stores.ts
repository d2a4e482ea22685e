import type { Reaper } from '../process/reaper.js';
import { STORES } from '../stores/index.js';
import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import type { SessionOptions } from './options.js';

/** Every store of one invocation, each looked for once, when a target first asks for it. */
export interface OpenStores {
  /** The servers of these stores; throws StoreUnavailable for the first that cannot be had. */
  need(stores: readonly string[]): Promise<ReadonlyMap<string, StoreServer>>;
  /** Starts looking without waiting, so that a server starts while other work is done. */
  prepare(stores: readonly string[]): void;
  /** Everything that was opened, for the report's environment. */
  opened(): ReadonlyMap<string, StoreServer>;
  /** Stops all of them; keeps their logs in a folder if one is named. Resolves with the problems that it had. */
  stop(keepLogsIn?: string): Promise<readonly string[]>;
}

export function openStores(
  options: Pick<SessionOptions, 'storeUrls' | 'allowRemote'>,
  runId: string,
  connections: number,
  reaper: Reaper,
): OpenStores {
  const asked = new Map<string, Promise<StoreServer>>();
  const servers = new Map<string, StoreServer>();

  const open = async (store: string): Promise<StoreServer> => {
    const load = STORES[store];
    if (load === undefined) {
      const known = Object.keys(STORES).join(', ');
      throw new StoreUnavailable(store, `there is no store "${store}"`, `use one of: ${known}`);
    }
    const openStore = await load();
    const server = await openStore({
      url: options.storeUrls?.[store],
      allowRemote: options.allowRemote ?? false,
      runId,
      connections,
      reaper,
    });
    servers.set(store, server);
    return server;
  };
  const ask = (store: string) => {
    const promise = asked.get(store) ?? open(store);
    asked.set(store, promise);
    // Whoever needs it gets the error; nobody is told twice.
    promise.catch(() => undefined);
    return promise;
  };

  return {
    async need(stores) {
      const found = new Map<string, StoreServer>();
      for (const store of stores) found.set(store, await ask(store));
      return found;
    },
    prepare: (stores) => {
      for (const store of stores) void ask(store);
    },
    opened: () => servers,
    async stop(keepLogsIn) {
      await Promise.allSettled(asked.values());
      const problems: string[] = [];
      for (const [store, server] of servers) {
        const log = keepLogsIn === undefined ? undefined : `${keepLogsIn}/${store}.log`;
        await server.stop(log).catch((error: unknown) => {
          problems.push(
            `${store} could not be stopped: ${error instanceof Error ? error.message : String(error)}`,
          );
        });
      }
      return problems;
    },
  };
}
