import type { ContractTypes } from '../src/core/contract.js';
import { chase } from '../src/engine/trial.js';
import type { TargetSystemOptions } from '../src/explore/target-system.js';
import { openSystem, type OpenSystem } from '../src/session/open-system.js';
import type { StoreServer } from '../src/stores/store.js';

type Asked<C extends ContractTypes> = Pick<
  TargetSystemOptions<C>,
  'scenario' | 'target' | 'parameters' | 'seed'
>;

const TIMEOUT_MS = 30_000;

/** A target over PostgreSQL with its clients held, in a namespace of its own, which goes when it is closed. */
export async function openOn<C extends ContractTypes>(
  server: StoreServer,
  asked: Asked<C>,
): Promise<OpenSystem<C>> {
  const namespace = await server.namespace();
  try {
    const { system, close } = await openSystem({
      ...asked,
      addresses: [namespace.address],
      timeoutMs: TIMEOUT_MS,
      chase: (connections) => chase(connections, new Map([['postgres', namespace]])),
    });
    return { system, close: () => close().finally(() => namespace.drop()) };
  } catch (error) {
    await namespace.drop();
    throw error;
  }
}
