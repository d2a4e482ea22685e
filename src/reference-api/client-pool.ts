import type { ContractTypes } from '../core/contract.js';
import type { Json } from '../core/json.js';
import type { Client, OpenTarget } from '../core/target.js';
import { ClientSlot, type ContextSource } from '../engine/client-slot.js';

interface Pooled {
  readonly slot: ClientSlot;
  readonly client: Client<ContractTypes>;
}

/** The clients of a target as a server's pool of connections: who comes while all are at work waits in line. */
export class ClientPool {
  #free: Pooled[] = [];
  #waiting: ((pooled: Pooled) => void)[] = [];
  #opened = 0;

  constructor(
    private readonly target: OpenTarget<ContractTypes>,
    private readonly source: ContextSource,
  ) {}

  async fill(size: number): Promise<void> {
    this.#free = await Promise.all(Array.from({ length: size }, () => this.#open()));
  }

  /** Does one operation. After an error the client's connection may be in any state: another one takes its place. */
  async run(f: string, input: Json): Promise<Json> {
    const pooled = this.#free.pop() ?? (await new Promise<Pooled>((resolve) => this.#waiting.push(resolve)));
    pooled.slot.begin();
    try {
      const outcome = await pooled.client[f]!(input);
      this.#giveBack(pooled);
      return outcome;
    } catch (error) {
      void this.#replace(pooled);
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const { client, slot } of this.#free) {
      await client.close().catch(() => undefined);
      slot.destroy();
    }
  }

  async #open(): Promise<Pooled> {
    const number = this.#opened;
    this.#opened += 1;
    const slot = new ClientSlot(number, number, this.source, {
      nowNs: () => 0,
      note: () => undefined,
      count: () => undefined,
      arrived: () => undefined,
    });
    return { slot, client: await this.target.client(slot.context) };
  }

  #giveBack(pooled: Pooled): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(pooled);
    else next(pooled);
  }

  async #replace({ client, slot }: Pooled): Promise<void> {
    await client.close().catch(() => undefined);
    slot.destroy();
    this.#giveBack(await this.#open());
  }
}
