import type { ContractTypes } from '../src/core/contract.js';
import type { HistoryEvent } from '../src/core/history.js';
import type { Client, OpenTarget, Target } from '../src/core/target.js';
import { TargetHost } from '../src/engine/target-host.js';
import type { ClientPlan } from '../src/engine/protocol.js';
import {
  openHttpTransport,
  type HttpClient,
  type HttpTransport,
  type Sync,
} from '../src/http/http-transport.js';

/** A shop's only operation, as its targets have it. */
export type Buying = {
  readonly operations: {
    readonly buy: { readonly input: null; readonly output: number };
    /** It works for a while before it looks at the stock. */
    readonly lateBuy: { readonly input: null; readonly output: number };
  };
  readonly initial: null;
  readonly final: null;
};

const PATHS = { buy: '/buy', lateBuy: '/late-buy' };

/** The target that a user's API would be: two POSTs, their status the outcome. */
export function buyingTarget(
  baseUrl: string,
  sync: Sync,
  onOpen: (transport: HttpTransport) => void,
): Target<Buying> {
  return {
    ...{ contract: 'buying', id: 'http/shop', summary: '', prevents: '', costs: '', source: '' },
    expectations: {},
    async open(context): Promise<OpenTarget<Buying>> {
      const transport = await openHttpTransport({ baseUrl, sync, insecure: false }, context);
      onOpen(transport);
      return {
        setup: () => Promise.resolve(),
        reset: () => Promise.resolve(),
        aboutToRelease: () => transport.aboutToRelease(),
        client: async (clientContext) => buyer(await transport.client(clientContext)),
        read: () => Promise.resolve(null),
        close: () => transport.close(),
      };
    },
  };
}

function buyer(client: HttpClient): Client<Buying> {
  const requestOf = (f: keyof typeof PATHS) => ({
    ...{ method: 'POST', path: PATHS[f], headers: {}, body: '{"units":1}' },
  });
  return {
    buy: async () => (await client.send(requestOf('buy'))).status,
    lateBuy: async () => (await client.send(requestOf('lateBuy'))).status,
    async hold(f) {
      const held = await client.hold(requestOf(f as keyof typeof PATHS));
      return {
        get early() {
          return held.early;
        },
        release: async () => (await held.release()).status,
        abandon: () => held.abandon(),
      };
    },
    close: () => client.close(),
  };
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
    sync: Sync,
  ) {
    this.#host = new TargetHost({
      resolve: () =>
        Promise.resolve(
          buyingTarget(
            url,
            sync,
            (transport) => (this.#transport = transport),
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
