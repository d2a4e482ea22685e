import type { OpenStore } from '../store.js';

/** The memory of the process in which the target lives: no server, no session, nothing to clean up. */
export const openMemory: OpenStore = () =>
  Promise.resolve({
    store: 'memory',
    description: "memory of the clients' process",
    environment: { runtime: `Node ${process.version}` },
    namespace: () =>
      Promise.resolve({
        address: { store: 'memory', host: '', port: 0, namespace: 'process' },
        openTransactions: () => Promise.resolve([]),
        endSessions: () => Promise.resolve([]),
        drop: () => Promise.resolve(),
      }),
    endsWithRun: true,
    trouble: () => Promise.resolve(undefined),
    stop: () => Promise.resolve(),
  });
