import type { ContractTypes } from '../core/contract.js';
import type { OpenTarget, Worker } from '../core/target.js';
import type { ClientOwner } from './client-owner.js';
import type { ClientSlot } from './client-slot.js';
import { closed } from './closed.js';
import { endedWithin } from './ended-within.js';
import { operationError } from './failures.js';
import type { LoadRequest } from './protocol.js';

interface OpenWorker {
  readonly slot: ClientSlot;
  readonly worker: Worker;
  running: Promise<void> | undefined;
  error: string | undefined;
}

/** The background actors of a target, on the host that leads: they run from the barrier on until all clients have been answered. */
export class HostWorkers {
  #open: OpenWorker[] = [];

  constructor(
    private readonly target: Pick<OpenTarget<ContractTypes>, 'workers'>,
    private readonly load: Pick<LoadRequest, 'lead' | 'totalClients' | 'timeoutMs'>,
    private readonly slotOf: (client: number, process: number) => ClientSlot,
    private readonly owner: ClientOwner | undefined,
  ) {}

  get areNone(): boolean {
    return this.#open.length === 0;
  }

  get slots(): readonly ClientSlot[] {
    return this.#open.map(({ slot }) => slot);
  }

  /** Those that are not open yet. */
  async open(): Promise<void> {
    if (!this.load.lead) return;
    const { workers } = this.target;
    while (workers !== undefined && this.#open.length < workers.count) {
      const number = this.load.totalClients + this.#open.length;
      const slot = this.slotOf(number, number);
      const worker = await workers.open(slot.context);
      this.#open.push({ slot, worker, running: undefined, error: undefined });
    }
  }

  run(): void {
    for (const open of this.#open) {
      open.slot.begin();
      open.error = undefined;
      open.running = open.worker
        .run()
        .catch((error: unknown) => {
          if (!open.slot.context.signal.aborted) open.error = operationError(error).message;
        })
        .finally(() => this.owner?.ended(open.slot.client));
    }
  }

  /** Asks them to stop. Resolves with what became of those that did not, or had ended before; for people. */
  async rest(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const open of this.#open) open.slot.abort();
    for (const open of this.#open) {
      const rested = await endedWithin(open.running, this.load.timeoutMs);
      if (!rested) problems.push(`the worker "${open.worker.name}" did not stop when asked`);
      if (open.error) problems.push(`the worker "${open.worker.name}" ended with: ${open.error}`);
    }
    return problems;
  }

  close(): readonly Promise<void>[] {
    return this.#open.map(({ worker }) => closed(worker));
  }

  /** Whatever of them has not closed by now. */
  destroy(): void {
    for (const { slot } of this.#open) slot.destroy();
    this.#open = [];
  }
}
