import type { ContractTypes } from '../src/core/contract.js';
import type { OpenTarget, Target } from '../src/core/target.js';
import { TargetHost } from '../src/engine/target-host.js';
import { openHttpTransport, type HttpTransport, type Sync } from '../src/http/http-transport.js';

/** A shop's only operation, as its targets have it. */
export type Buying = {
  readonly operations: {
    readonly buy: { readonly input: { readonly path: string }; readonly output: number };
  };
  readonly initial: null;
  readonly final: null;
};

/** The target that a user's API would be: one POST, its status the outcome. */
export function buyingTarget(
  baseUrl: string,
  sync: Sync,
  onOpen: (transport: HttpTransport) => void,
): Target<Buying> {
  return {
    ...{
      contract: 'buying',
      id: 'http/shop',
      summary: '',
      prevents: '',
      costs: '',
      source: '',
      expectations: {},
    },
    async open(context): Promise<OpenTarget<Buying>> {
      const transport = await openHttpTransport({ baseUrl, sync, insecure: false }, context);
      onOpen(transport);
      const requestOf = ({ path }: { path: string }) => ({
        method: 'POST',
        path,
        headers: {},
        body: '{"units":1}',
      });
      return {
        setup: () => Promise.resolve(),
        reset: () => Promise.resolve(),
        aboutToRelease: () => transport.aboutToRelease(),
        async client(clientContext) {
          const client = await transport.client(clientContext);
          return {
            buy: async (input) => (await client.send(requestOf(input))).status,
            async hold(_, input) {
              const held = await client.hold(requestOf(input as { path: string }));
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
        },
        read: () => Promise.resolve(null),
        close: () => transport.close(),
      };
    },
  };
}

/** The engine's host in this process, as a session drives it, but for what judges and stores do. */
export class EngineBursts {
  readonly #host: TargetHost;
  #transport: HttpTransport | undefined;
  #trial = 0;

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
      emit: () => undefined,
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

  /** One burst, each client's request at its delay; milliseconds that it took. */
  async burst(delaysNs: readonly number[], paths: readonly string[] = []): Promise<number> {
    const startedAt = performance.now();
    const plans = delaysNs.map((delayNs, client) => ({
      ...{ client, delayNs },
      attempts: [{ f: 'buy', input: { path: paths[client] ?? '/buy' } }],
    }));
    await this.#host.handle({ type: 'arm', trial: this.#trial++, plans, faults: [], renew: [] });
    await this.#host.handle({ type: 'hold' });
    await this.#host.handle({ type: 'go', startAtNs: process.hrtime.bigint().toString() });
    await this.#host.handle({ type: 'settle' });
    return performance.now() - startedAt;
  }

  async close(): Promise<void> {
    await this.#host.handle({ type: 'stop' });
  }
}
