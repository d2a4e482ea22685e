import type { ApiExchange } from '../core/api.js';
import type { HistoryEvent, StoreSpan } from '../core/history.js';
import { completionOf, type ApiCompletion } from './api-completion.js';
import { startAutocannon, type AutocannonRun } from './autocannon.js';
import { sinceNs } from './clock.js';
import type { Exchange } from './exchanges.js';
import { hostError } from './failures.js';
import { HostFailure } from './host-failure.js';
import { HostGone, type HostLink, type OnEvents } from './host-link.js';
import { LoadConnection, type BegunAttempt, type QueuedAttempt } from './load-connection.js';
import { LoadHost } from './load-host.js';
import type { Load, LoadTable } from './load.js';
import type { ProcessHosts } from './process-host.js';
import type { ArmRequest, HostConnection, LoadRequest } from './protocol.js';

export interface AutocannonOptions {
  readonly load: Load;
  /** What the target makes of inputs and answers. */
  readonly exchange: ApiExchange;
  /** Told after each trial. */
  readonly onTable: (table: LoadTable) => void;
}

/** Hosts whose target resets and reads as ever, while autocannon sends what its clients attempt. */
export function autocannonHosts(inner: ProcessHosts, options: AutocannonOptions): ProcessHosts {
  return {
    ...inner,
    open: async (onEvents) => new AutocannonHost(await inner.open(() => undefined), options, onEvents),
  };
}

/** An array may be too long to be handed over as arguments. */
const EVENTS_AT_ONCE = 1_000;

/**
 * Each trial is a run of autocannon. Its clients are dealt out to the connections, each of which makes their attempts one
 * after the other. What is sent is counted in relays: autocannon is not asked how much it sent.
 */
class AutocannonHost extends LoadHost {
  #load!: LoadRequest;
  readonly #processes = new Map<number, number>();
  #connections: LoadConnection[] = [];
  #hosted: readonly HostConnection[] = [];
  #miscounted: readonly string[] = [];
  #trial = 0;
  #running: AutocannonRun | undefined;
  #gone: (error: Error) => void = () => undefined;

  constructor(
    inner: HostLink,
    private readonly options: AutocannonOptions,
    private readonly onEvents: OnEvents,
  ) {
    super(inner);
  }

  protected load(request: LoadRequest): void {
    this.#load = request;
    for (const { client, process } of request.clients) this.#processes.set(client, process);
  }

  protected async arm({ trial, plans }: ArmRequest): Promise<void> {
    const { parameters, addresses } = this.#load;
    const { load, exchange } = this.options;
    const api = addresses.find(({ store }) => store === 'http');
    if (api === undefined) throw new HostFailure({ kind: 'failure', message: 'the target has no API' });
    while (this.#connections.length < load.connections) {
      this.#connections.push(await LoadConnection.open(api));
    }
    const queues = this.#connections.map((): QueuedAttempt[] => []);
    plans
      .flatMap(({ client, attempts }) => attempts.map(({ f, input }) => ({ client, f, input })))
      .forEach(({ client, f, input }, place) => {
        const request = exchange.request(f, input, { client, parameters });
        queues[place % queues.length]!.push({ client, f, input, request });
      });
    this.#connections.forEach((connection, place) => connection.arm(queues[place]!));
    this.#trial = trial + 1;
  }

  protected async go(startAtNs: bigint): Promise<void> {
    const { load } = this.options;
    const nowNs = () => sinceNs(startAtNs);
    for (const connection of this.#connections) connection.begin(nowNs);
    const gone = new Promise<never>((_resolve, reject) => (this.#gone = reject));
    // It may end before anybody waits for it.
    gone.catch(() => undefined);
    this.#running = await startAutocannon(this.#connections, load, this.#load.timeoutMs);
    const result = await Promise.race([this.#running.ended, gone]);
    this.#running = undefined;

    const requests = this.#tell(nowNs());
    const { latency, duration: seconds } = result;
    this.options.onTable({
      ...{ trial: this.#trial, requests, seconds },
      latencyMs: { p50: latency.p50, p97_5: latency.p97_5, p99: latency.p99 },
      requestsPerSecond: result.requests.average,
    });
  }

  protected connections(): readonly HostConnection[] {
    return this.#hosted;
  }

  protected miscounted(): readonly string[] {
    return this.#miscounted;
  }

  protected end(): void {
    this.#running?.stop();
    this.#gone(new HostGone('the run of autocannon was ended'));
    for (const connection of this.#connections) connection.destroy();
  }

  /** Makes a history of what was sent and answered. Gives the number of requests, as counted on their way. */
  #tell(endNs: number): number {
    const events: HistoryEvent[] = [];
    const hosted: HostConnection[] = [];
    let counted = 0;
    let begun = 0;
    for (const connection of this.#connections) {
      const exchanges = connection.exchanges();
      const attempts = connection.begun();
      const doubtful = this.#events(attempts, exchanges, endNs, events);
      counted += exchanges.length;
      begun += attempts.length;
      const [client = 0] = [doubtful, attempts.at(-1)?.client].filter((one) => one !== undefined);
      const of = { client, process: this.#processes.get(client) ?? client, store: 'http' };
      for (const localPort of connection.ports()) {
        hosted.push({ ...of, localPort, doubtful: doubtful !== undefined });
      }
    }
    this.#hosted = hosted;
    this.#miscounted = this.#countProblem(counted, begun);
    for (let from = 0; from < events.length; from += EVENTS_AT_ONCE) {
      this.onEvents(events.slice(from, from + EVENTS_AT_ONCE));
    }
    return counted;
  }

  /** Those of one connection. Gives a client whose attempt may still be at work, if there is one. */
  #events(
    attempts: readonly BegunAttempt[],
    exchanges: readonly Exchange[],
    endNs: number,
    events: HistoryEvent[],
  ): number | undefined {
    let next = 0;
    let doubtful: number | undefined;
    for (const { client, attempt, begunNs, answer } of attempts) {
      const process = this.#processes.get(client)!;
      const { f, input } = attempt;
      events.push({ type: 'invoke', timeNs: begunNs, process, client, f, value: input });
      const timeNs = answer?.atNs ?? endNs;
      while (next < exchanges.length && exchanges[next]!.firstRequestNs < begunNs) next += 1;
      const span = spanOf(exchanges[next], timeNs);
      const completion: ApiCompletion =
        answer === undefined
          ? { type: 'info', error: { code: 'no-answer', message: 'autocannon told of no answer' } }
          : this.#completion(attempt, answer);
      events.push({ timeNs, process, client, f, ...(span && { span }), ...completion });
      if (completion.type !== 'info') continue;
      doubtful ??= client;
      this.#processes.set(client, process + this.#load.totalClients);
    }
    return doubtful;
  }

  #completion(...of: [BegunAttempt['attempt'], NonNullable<BegunAttempt['answer']>]): ApiCompletion {
    try {
      return completionOf(this.options.exchange, ...of);
    } catch (error) {
      throw new HostFailure(hostError(error, 'mistake'));
    }
  }

  #countProblem(counted: number, begun: number): readonly string[] {
    const { amount } = this.options.load;
    if (counted === (amount ?? begun)) return [];
    const other = amount === undefined ? `made ${begun} of them` : `was asked for ${amount}`;
    return [`autocannon sent ${counted} request(s), and ${other}`];
  }
}

function spanOf(exchange: Exchange | undefined, timeNs: number): StoreSpan | undefined {
  if (exchange === undefined || exchange.firstRequestNs > timeNs) return undefined;
  const { firstRequestNs, lastAnswerNs = timeNs } = exchange;
  return { firstRequestNs, lastAnswerNs: Math.min(lastAnswerNs, timeNs), requests: 1 };
}
