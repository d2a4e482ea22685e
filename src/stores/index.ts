import type { OpenStore } from './store.js';

/** Stores that one process alone can see, with the reason: clients on other processes would have a state of their own. */
export const ONE_PROCESS_STORES: Readonly<Record<string, string>> = {
  memory: 'the data is in the memory of one process, where no other can see it',
};

/** Stores of which each target has a server of its own: it is no store until a target says where. */
export const TARGETS_OWN_STORES: readonly string[] = ['http'];

/** Every store, loaded when it is first needed: a missing driver breaks only its own targets. */
export const STORES: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => (await import('./memory/server.js')).openMemory,
  postgres: async () => (await import('./postgres/server.js')).openPostgres,
  mongodb: async () => (await import('./mongodb/server.js')).openMongodb,
  redis: async () => (await import('./redis/server.js')).openRedis,
  file: async () => (await import('./file/server.js')).openFile,
  http: async () => (await import('./http/server.js')).openHttp,
};
