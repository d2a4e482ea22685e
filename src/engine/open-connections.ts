import type { ClientSlot } from './client-slot.js';
import type { HostConnection } from './protocol.js';

/** What clients and workers hold open, and whether that is what was told of last. */
export class OpenConnections {
  /** Of each in turn its process, and how many connections it had. */
  readonly #told: number[] = [];

  constructor(private readonly slots: () => readonly ClientSlot[]) {}

  all(): readonly HostConnection[] {
    return this.slots().flatMap((slot) => connectionsOf(slot, false));
  }

  /** Whether it is what it was when this was asked last; a client only ever adds connections, or is replaced. */
  areAsTold(): boolean {
    const slots = this.slots();
    const told = this.#told;
    let same = told.length === 2 * slots.length;
    told.length = 2 * slots.length;
    slots.forEach(({ process, connections: { length } }, place) => {
      same &&= told[2 * place] === process && told[2 * place + 1] === length;
      told[2 * place] = process;
      told[2 * place + 1] = length;
    });
    return same;
  }

  /** What was told last held for that moment only. */
  forget(): void {
    this.#told.length = 0;
  }
}

export function connectionsOf(slot: ClientSlot, doubtful: boolean): readonly HostConnection[] {
  const { client, process } = slot;
  return slot.connections.map(({ store, localPort, trace }) => ({
    ...{ client, process, store, localPort, doubtful },
    ...(trace && { trace: trace() }),
  }));
}
