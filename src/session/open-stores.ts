import type { Target } from '../core/target.js';
import type { ContractTypes } from '../core/contract.js';
import { storesOf } from '../core/target.js';
import type { Reaper } from '../process/reaper.js';
import { STORES, TARGETS_OWN_STORES } from '../stores/index.js';
import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import type { SessionOptions } from './options.js';

/** Every store of one invocation, each looked for once, when a target first asks for it. */
export interface OpenStores {
  /** The servers of a target's stores; throws StoreUnavailable for the first that cannot be had. */
  need(target: Needing): Promise<ReadonlyMap<string, StoreServer>>;
  /** Starts looking without waiting, so that a server starts while other work is done. */
  prepare(stores: readonly string[]): void;
  /** Everything that was opened, for the report's environment: by store, an API by its target. */
  opened(): ReadonlyMap<string, StoreServer>;
  /** Stops all of them; keeps their logs in a folder if one is named. Resolves with the problems that it had. */
  stop(keepLogsIn?: string): Promise<readonly string[]>;
}

/** What of a target says which servers it needs. */
export type Needing = Pick<Target<ContractTypes>, 'id' | 'stores' | 'api'>;

export function openStores(
  options: Pick<SessionOptions, 'storeUrls' | 'allowRemote' | 'signal'>,
  runId: string,
  connections: number,
  reaper: Reaper,
): OpenStores {
  const asked = new Map<string, Promise<StoreServer>>();
  const servers = new Map<string, StoreServer>();

  const open = async (store: string, target: Needing | undefined): Promise<StoreServer> => {
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
      ...(target?.api === undefined ? {} : { api: { target: target.id, api: target.api } }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    servers.set(target?.id ?? store, server);
    return server;
  };
  const ask = (store: string, asking?: Needing) => {
    const target = TARGETS_OWN_STORES.includes(store) ? asking : undefined;
    const name = target?.id ?? store;
    const promise = asked.get(name) ?? open(store, target);
    asked.set(name, promise);
    // Whoever needs it gets the error; nobody is told twice.
    promise.catch(() => undefined);
    return promise;
  };

  return {
    async need(target) {
      const found = new Map<string, StoreServer>();
      for (const store of storesOf(target)) found.set(store, await ask(store, target));
      return found;
    },
    prepare: (stores) => {
      for (const store of stores) if (!TARGETS_OWN_STORES.includes(store)) void ask(store);
    },
    opened: () => servers,
    async stop(keepLogsIn) {
      await Promise.allSettled(asked.values());
      const problems: string[] = [];
      for (const [store, server] of servers) {
        const log = keepLogsIn === undefined ? undefined : `${keepLogsIn}/${store.replaceAll('/', '-')}.log`;
        await server.stop(log).catch((error: unknown) => {
          problems.push(
            `${store} was not left as it was found: ${error instanceof Error ? error.message : String(error)}`,
          );
        });
      }
      return problems;
    },
  };
}
