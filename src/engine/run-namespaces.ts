import type { Parameters } from '../core/scenario.js';
import type { StoreNamespace, StoreServer } from '../stores/store.js';

/** The namespaces of one run: one a store at a time, and those that were given up. */
export class RunNamespaces {
  #current = new Map<string, StoreNamespace>();
  readonly #retired: StoreNamespace[] = [];

  constructor(
    private readonly servers: ReadonlyMap<string, StoreServer>,
    private readonly parameters: Parameters,
  ) {}

  /** By store. */
  get current(): ReadonlyMap<string, StoreNamespace> {
    return this.#current;
  }

  /** One of them is that of a command, which is started after the others and may hold a port until it has ended. */
  get haveCommand(): boolean {
    return this.#inOrder().some(([, { isLast }]) => isLast);
  }

  /** Some of the target's state is in the memory of its own process, and gone with it. */
  get areInProcess(): boolean {
    return this.addresses().some(({ store }) => store === 'memory');
  }

  addresses() {
    return [...this.#current.values()].map((namespace) => namespace.address);
  }

  /** They may still be written to: nothing is tried in them any more. */
  retire(): void {
    this.#retired.push(...this.#current.values());
    this.#current = new Map();
  }

  /** New ones, which nothing has touched. */
  async open(): Promise<void> {
    for (const [store, server] of this.#inOrder()) {
      const others = this.addresses();
      this.#current.set(store, await server.namespace({ others, parameters: this.parameters }));
    }
  }

  /** All there ever were. What cannot be dropped is left to the server's end. */
  async drop(): Promise<void> {
    const last = this.#inOrder()
      .map(([store]) => this.#current.get(store))
      .reverse();
    for (const namespace of [...last, ...this.#retired]) {
      await namespace?.drop().catch(() => undefined);
    }
  }

  /** In the order in which they are made; they are dropped the other way round. */
  #inOrder(): readonly (readonly [string, StoreServer])[] {
    const all = [...this.servers];
    return [...all.filter(([, { isLast }]) => !isLast), ...all.filter(([, { isLast }]) => isLast)];
  }
}
