import type { Duplex } from 'node:stream';
import type { StoreAddress, Traffic } from '../core/context.js';
import type { StepWire } from '../core/step.js';

/** Each client's own way to each store, by which its requests are known to be its own. */
export class Ways {
  #addresses: ReadonlyMap<string, readonly StoreAddress[]> = new Map();

  constructor(private readonly wires: ReadonlyMap<string, StepWire>) {}

  /** For so many clients and workers, before the first of them connects. */
  async open(actors: number): Promise<void> {
    const addresses = new Map<string, readonly StoreAddress[]>();
    for (const [store, wire] of this.wires) {
      const numbers = Array.from({ length: actors }, (_, number) => number);
      addresses.set(store, await Promise.all(numbers.map((number) => wire.addressOf(number))));
    }
    this.#addresses = addresses;
  }

  /** After `open`: each client's way to what is its own and crosses no wire. */
  lead(store: string, addresses: readonly StoreAddress[]): void {
    this.#addresses = new Map([...this.#addresses, [store, addresses]]);
  }

  /** Of this client, to every store that has a wire. */
  of(client: number): readonly StoreAddress[] {
    return [...this.wires.keys()].flatMap((store) => this.#addresses.get(store)?.[client] ?? []);
  }

  /** Where this client's connections lead, instead of this. */
  instead(client: number, address: StoreAddress): StoreAddress {
    return this.#addresses.get(address.store)?.[client] ?? address;
  }

  /** One that leads there without a way through the system, where the store's wire has it. */
  socket(client: number, store: string, traffic: Traffic): Duplex | undefined {
    return this.wires.get(store)?.socket?.(client, traffic);
  }
}
