import type { OpenStore } from './store.js';

/** Every store, loaded when it is first needed: a missing driver breaks only its own targets. */
export const STORES: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => (await import('./memory/server.js')).openMemory,
  postgres: async () => (await import('./postgres/server.js')).openPostgres,
};
