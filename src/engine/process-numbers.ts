import type { HistoryEvent } from '../core/history.js';

/** Which process number each client had last: a host that is opened anew must not use one again. */
export class ProcessNumbers {
  readonly #last = new Map<number, number>();
  /** Background actors of the target, which are numbered after its clients. */
  workers = 0;

  constructor(private readonly clients: number) {}

  next(client: number): number {
    const last = this.#last.get(client);
    return last === undefined ? client : last + this.clients + this.workers;
  }

  take(client: number): number {
    const process = this.next(client);
    this.#last.set(client, process);
    return process;
  }

  /** The events name those that hosts took by themselves. */
  remember(events: readonly HistoryEvent[]): void {
    for (const { client, process } of events) {
      this.#last.set(client, Math.max(process, this.#last.get(client) ?? 0));
    }
  }
}
