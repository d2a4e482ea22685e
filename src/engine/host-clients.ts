import type { ContractTypes } from '../core/contract.js';
import type { Client, OpenTarget } from '../core/target.js';
import type { ClientSlot } from './client-slot.js';
import { closed } from './closed.js';
import { fewAtOnce } from './few-at-once.js';
import { connectionsOf } from './open-connections.js';
import type { HostConnection, LoadRequest } from './protocol.js';
import { openClient } from './target-shape.js';

export interface OpenClient {
  readonly slot: ClientSlot;
  readonly client: Client<ContractTypes>;
  /** Its operation ended in `info`: it is to be replaced. */
  doubtful: boolean;
}

/** So many clients are opened together; of more, only a few at a time. */
const CROWD = 40;
/** Where a server makes one connection after the other, the last of those who wait is answered within what a driver gives it. */
const FEW = 10;

/** The clients of a host: opened when they are first needed and kept; where one ended in `info`, another takes its place. */
export class HostClients {
  readonly #open = new Map<number, OpenClient>();
  /** The number that each has now, or will have when it is opened again. */
  readonly #processes: Map<number, number>;
  readonly #totalClients: number;
  /** Those that were replaced in this trial. */
  #lost: ClientSlot[] = [];
  #wasLeftBehind = false;

  constructor(
    private readonly target: Pick<OpenTarget<ContractTypes>, 'client' | 'workers'>,
    { clients, totalClients }: Pick<LoadRequest, 'clients' | 'totalClients'>,
    private readonly slotOf: (client: number, process: number) => ClientSlot,
  ) {
    this.#processes = new Map(clients.map(({ client, process }) => [client, process]));
    this.#totalClients = totalClients;
  }

  /** An operation that was given up may still be at work in this process. */
  get wasLeftBehind(): boolean {
    return this.#wasLeftBehind;
  }

  get hasLost(): boolean {
    return this.#lost.length > 0;
  }

  get slots(): readonly ClientSlot[] {
    return [...this.#open.values()].map(({ slot }) => slot);
  }

  /** A trial begins: those whose sessions were ended at the server are replaced, and nobody has been lost yet. */
  renew(clients: readonly number[]): void {
    for (const client of clients) {
      const open = this.#open.get(client);
      if (open !== undefined) this.replace(open);
    }
    this.#lost = [];
  }

  known(client: number): OpenClient | undefined {
    return this.#open.get(client);
  }

  /** In their order. */
  openAll(clients: readonly number[]): Promise<readonly OpenClient[]> {
    return fewAtOnce(clients.length > CROWD ? FEW : CROWD, clients, (client) => this.open(client));
  }

  /** The open client, or a new one with a new process number where the last one ended in `info`. */
  async open(number: number): Promise<OpenClient> {
    const open = this.#open.get(number);
    if (open !== undefined) return open;
    const process = this.#processes.get(number) ?? number;
    this.#processes.set(number, process);
    const slot = this.slotOf(number, process);
    const opened = { slot, client: openClient(await this.target.client(slot.context)), doubtful: false };
    this.#open.set(number, opened);
    return opened;
  }

  /** After an `info` the client is another process on another connection. */
  replace(open: OpenClient): void {
    this.#wasLeftBehind = true;
    this.#open.delete(open.slot.client);
    this.#lost.push(open.slot);
    open.slot.destroy();
    // A broken client may never finish closing; its sockets are gone already.
    void closed(open.client).catch(() => undefined);
    const stride = this.#totalClients + (this.target.workers?.count ?? 0);
    this.#processes.set(open.slot.client, open.slot.process + stride);
  }

  /** Of those that were lost in this trial nothing lapses any more. Resolves with what went wrong; for people. */
  async endLapses(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const slot of this.#lost) problems.push(...(await slot.endLapses()));
    return problems;
  }

  /** What those that were lost in this trial held. */
  lostConnections(): readonly HostConnection[] {
    return this.#lost.flatMap((slot) => connectionsOf(slot, true));
  }

  close(): readonly Promise<void>[] {
    return [...this.#open.values()].map(({ client }) => closed(client));
  }

  /** Whatever of them has not closed by now. */
  destroy(): void {
    for (const { slot } of this.#open.values()) slot.destroy();
    this.#open.clear();
  }
}
