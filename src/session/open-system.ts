import type { ContractTypes } from '../core/contract.js';
import type { StepWire } from '../core/step.js';
import { TargetSystem, type TargetSystemOptions } from '../explore/target-system.js';
import { pollingOnTraffic } from './polling.js';
import { hasWire, openWire } from '../wire/open-wire.js';

/** A target with its clients, held between the wires of its stores. */
export interface OpenSystem<C extends ContractTypes> {
  readonly system: TargetSystem<C>;
  readonly close: () => Promise<void>;
}

/** Opens a wire to each store that has one, and the target behind them. Rejects with what stood in the way, and leaves nothing open then. */
export async function openSystem<C extends ContractTypes>(
  options: Omit<TargetSystemOptions<C>, 'wires'>,
): Promise<OpenSystem<C>> {
  const wires = new Map<string, StepWire>();
  let system: TargetSystem<C> | undefined;
  const close = async () => {
    await system?.close().catch(() => undefined);
    for (const wire of wires.values()) await wire.close().catch(() => undefined);
  };
  try {
    for (const address of options.addresses) {
      if (hasWire(address.store)) wires.set(address.store, await openWire(address));
    }
    system = new TargetSystem({ ...pollingOnTraffic(), ...options, wires });
    await system.open();
    return { system, close };
  } catch (error) {
    await close();
    throw error;
  }
}
