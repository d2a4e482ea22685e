import type { ContractTypes } from '../src/core/contract.js';
import type { HistoryEvent } from '../src/core/history.js';
import type { Target } from '../src/core/target.js';
import { TargetHost } from '../src/engine/target-host.js';
import type { ClientPlan } from '../src/engine/protocol.js';
import type { HttpTransport, HttpTransportOptions } from '../src/http/http-transport.js';
import { shopTarget } from './shop-target.js';

export interface BurstOptions extends Pick<HttpTransportOptions, 'sync' | 'decoyPath'> {
  /** The process of a server that is stopped until the ends of a burst have been written. */
  readonly stopsServer?: number | undefined;
}

function stopUntilWritten(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  // Behind the release, which is in this turn.
  setImmediate(() => process.kill(pid, 'SIGCONT'));
}

/** The engine's host in this process, as a session drives it, but for what judges and stores do. */
export class EngineBursts {
  readonly #host: TargetHost;
  #transport: HttpTransport | undefined;
  #trial = 0;
  #events: HistoryEvent[] = [];

  constructor(
    private readonly url: string,
    private readonly clients: number,
    { stopsServer, ...options }: BurstOptions,
  ) {
    this.#host = new TargetHost({
      resolve: () =>
        Promise.resolve(
          shopTarget(
            { baseUrl: url, insecure: false, ...options },
            undefined,
            (transport) => (this.#transport = transport),
            stopsServer === undefined ? undefined : () => stopUntilWritten(stopsServer),
          ) as unknown as Target<ContractTypes>,
        ),
      errorsOf: () => Promise.resolve([]),
      emit: (events) => this.#events.push(...events),
    });
  }

  async open(): Promise<void> {
    const { hostname, port } = new URL(this.url);
    await this.#host.handle({
      ...{
        type: 'load',
        target: { kind: 'file', path: '' },
        parameters: {},
        seed: 'bench',
        timeoutMs: 10_000,
      },
      addresses: [{ store: 'http', host: hostname, port: Number(port), namespace: '' }],
      clients: Array.from({ length: this.clients }, (_, client) => ({ client, process: client })),
      ...{ totalClients: this.clients, setup: true, lead: true },
    });
  }

  /** How long the requests of a burst are held right now. */
  get holdMs(): number {
    return this.#transport?.holdMs ?? 0;
  }

  /** One burst, as planned; what was recorded of it. */
  async burst(plans: readonly ClientPlan[]): Promise<readonly HistoryEvent[]> {
    this.#events = [];
    await this.#host.handle({ type: 'arm', trial: this.#trial++, plans, faults: [], renew: [] });
    await this.#host.handle({ type: 'hold' });
    await this.#host.handle({ type: 'go', startAtNs: process.hrtime.bigint().toString() });
    await this.#host.handle({ type: 'settle' });
    return this.#events;
  }

  async close(): Promise<void> {
    await this.#host.handle({ type: 'stop' });
  }
}
