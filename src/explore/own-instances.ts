import type { StoreAddress } from '../core/context.js';
import type { Instances } from './apart.js';
import type { Ways } from './ways.js';

/** The instance of an API that each client has: it is told its client's ways to the stores, and its client the way to it. */
export class OwnInstances {
  /** By client. */
  readonly #addresses: StoreAddress[] = [];

  constructor(
    private readonly instances: Instances,
    private readonly ways: Ways,
  ) {}

  /** Starts those of these clients, or starts them anew: one whose sessions were ended under it may not bear that. */
  async launch(clients: readonly number[]): Promise<void> {
    const given = clients.map((client) => ({ client, addresses: this.ways.of(client) }));
    const started = await this.instances.launch(given);
    clients.forEach((client, place) => (this.#addresses[client] = started[place]!));
    this.ways.lead('http', this.#addresses);
  }

  /** While their stores can still be reached. */
  stop(): Promise<void> {
    return this.instances.stop();
  }
}
