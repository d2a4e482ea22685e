import type { StoreAddress } from '../core/context.js';
import type { StepWire } from '../core/step.js';

const WIRES: Readonly<Record<string, () => Promise<(address: StoreAddress) => StepWire>>> = {
  postgres: async () => {
    const { PostgresWire } = await import('./postgres/wire.js');
    return (address) => new PostgresWire(address);
  },
};

/** Whether the steps of clients of this store can be held. */
export function hasWire(store: string): boolean {
  return store in WIRES;
}

/** Stands between a store's clients and its server. Throws a `RangeError` for a store whose protocol is not read. */
export async function openWire(address: StoreAddress): Promise<StepWire> {
  const load = WIRES[address.store];
  if (load === undefined) throw new RangeError(`The steps of the store "${address.store}" cannot be held.`);
  return (await load())(address);
}
