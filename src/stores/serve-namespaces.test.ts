import { describe, expect, it } from 'vitest';
import { dropAll, serveNamespaces } from './serve-namespaces.js';
import type { StoreNamespace } from './store.js';

/** A server that keeps the names of its namespaces in a set, and makes one when it is let. */
function slowServer() {
  const kept = new Set<string>();
  let letIt: () => void = () => undefined;
  const allowed = new Promise<void>((resolve) => (letIt = resolve));
  let refuses = false;
  const make = async (number: number): Promise<StoreNamespace> => {
    const namespace = `n${number}`;
    await allowed;
    kept.add(namespace);
    return {
      address: { store: 'memory', namespace },
      openTransactions: () => Promise.resolve([]),
      blocking: () => Promise.resolve([]),
      endSessions: () => Promise.resolve(),
      drop: () => {
        if (refuses) {
          refuses = false;
          return Promise.reject(new Error('somebody uses it'));
        }
        kept.delete(namespace);
        return Promise.resolve();
      },
    } as unknown as StoreNamespace;
  };
  const server = serveNamespaces({
    ...{ store: 'memory', description: '', environment: {} },
    trouble: () => Promise.resolve(undefined),
    leftovers: () => Promise.resolve([]),
    make,
    end: (live) => dropAll(live),
  });
  return { server, kept, let: letIt, refuseOnce: () => (refuses = true) };
}

describe('a server that is stopped', () => {
  it('drops a namespace that it was asked for and had not made yet', async () => {
    const { server, kept, ...may } = slowServer();
    const asked = server.namespace();
    const stopped = server.stop();
    may.let();
    await Promise.all([asked, stopped]);
    expect(kept).toEqual(new Set());
  });

  it('drops one that could not be dropped before', async () => {
    const { server, kept, refuseOnce, ...may } = slowServer();
    may.let();
    const namespace = await server.namespace();
    refuseOnce();
    await expect(namespace.drop()).rejects.toThrow('somebody uses it');
    expect(kept).not.toEqual(new Set());
    await server.stop();
    expect(kept).toEqual(new Set());
  });

  it('makes no other namespace', async () => {
    const { server, kept, ...may } = slowServer();
    may.let();
    await server.stop();
    await expect(server.namespace()).rejects.toThrow('is being stopped');
    expect(kept).toEqual(new Set());
  });
});
