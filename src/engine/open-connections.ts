import type { ClientSlot } from './client-slot.js';
import type { HostConnection } from './protocol.js';

/** What clients and workers hold open, and whether that is what was told of last. */
export class OpenConnections {
  #told = '';

  constructor(private readonly slots: () => readonly ClientSlot[]) {}

  all(): readonly HostConnection[] {
    return this.slots().flatMap((slot) => connectionsOf(slot, false));
  }

  /** Whether it is what it was when this was asked last; a client only ever adds connections, or is replaced. */
  areAsTold(): boolean {
    const before = this.#told;
    this.#told = this.slots()
      .map(({ process, connections }) => `${process}:${connections.length}`)
      .join(' ');
    return this.#told === before;
  }

  /** What was told last held for that moment only. */
  forget(): void {
    this.#told = '';
  }
}

export function connectionsOf(slot: ClientSlot, doubtful: boolean): readonly HostConnection[] {
  const { client, process } = slot;
  return slot.connections.map(({ store, localPort, trace }) => ({
    ...{ client, process, store, localPort, doubtful },
    ...(trace && { trace: trace() }),
  }));
}
