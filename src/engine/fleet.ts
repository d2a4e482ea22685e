import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Fault, Parameters } from '../core/scenario.js';
import { monotonicNs } from './clock.js';
import { HostGone, type HostLink, type OpenHost } from './host-link.js';
import type {
  ArmReply,
  ClientPlan,
  HostConnection,
  HostRequest,
  LoadReply,
  SettleReply,
  TargetSource,
} from './protocol.js';

/** What a fleet of hosts is opened with. */
export interface FleetOptions {
  readonly openHost: OpenHost;
  /** Over how many hosts the clients are spread. */
  readonly processes: number;
  readonly target: TargetSource;
  readonly parameters: Parameters;
  readonly seed: string;
  readonly timeoutMs: number;
  readonly clients: number;
}

/** What a trial's burst left behind. */
export interface Burst {
  readonly events: readonly HistoryEvent[];
  readonly connections: readonly HostConnection[];
  readonly counts: Readonly<Record<string, number>>;
  /** Why the burst proves less than it should: a worker crashed, a host was killed. */
  readonly undecided: readonly string[];
  /** A host is gone: the fleet must be opened again. */
  readonly broken: boolean;
}

/** On top of an operation's own limit, for what a host does besides. */
const GRACE_MS = 5_000;
/** Long enough for the word to reach every process before the barrier opens. */
const BARRIER_LEAD_NS = 3_000_000n;

interface Host {
  readonly link: HostLink;
  readonly clients: readonly number[];
}

/** The hosts of one target: clients spread over them round robin, the first one leads. */
export class Fleet {
  #hosts: Host[] = [];
  #events: HistoryEvent[] = [];
  #processes = new Map<number, number>();
  #workers = 0;

  constructor(private readonly options: FleetOptions) {}

  /** Opens the hosts and loads the target; `setup` prepares a fresh namespace. */
  async open(addresses: readonly StoreAddress[], setup: boolean): Promise<void> {
    const { processes, clients: totalClients, target, parameters, seed, timeoutMs } = this.options;
    for (let number = 0; number < processes; number += 1) {
      const link = await this.options.openHost((events) => this.#events.push(...events));
      const clients = range(totalClients).filter((client) => client % processes === number);
      this.#hosts.push({ link, clients });
      const reply = await this.#ask<LoadReply>(link, {
        type: 'load',
        target,
        addresses,
        parameters,
        seed: `${seed}/${number}`,
        timeoutMs,
        clients: clients.map((client) => ({ client, process: this.#nextProcess(client) })),
        totalClients,
        setup: setup && number === 0,
        lead: number === 0,
      });
      this.#workers = reply.workers;
    }
  }

  async reset(initial: Json): Promise<void> {
    await this.#ask(this.#lead, { type: 'reset', initial });
  }

  async read(): Promise<Json> {
    return this.#ask<Json>(this.#lead, { type: 'read' });
  }

  /** Arms every host, opens the barrier, and waits for the last answer. */
  async burst(
    trial: number,
    plans: readonly ClientPlan[],
    faults: readonly Fault[],
    renew: readonly number[],
  ): Promise<Burst> {
    const armed = await Promise.all(
      this.#hosts.map(({ link, clients }) => {
        const own = plans.filter((plan) => clients.includes(plan.client));
        return this.#ask<ArmReply>(link, { type: 'arm', trial, plans: own, faults, renew });
      }),
    );
    this.#events = [];
    const startAtNs = this.#hosts.length > 1 ? monotonicNs() + BARRIER_LEAD_NS : monotonicNs();
    const limitMs = this.#burstLimitMs(plans, faults);
    const parts = await Promise.all(
      this.#hosts.map(async ({ link }, index) => {
        try {
          await link.request({ type: 'go', startAtNs: startAtNs.toString() }, limitMs);
          return await this.#ask<SettleReply>(link, { type: 'settle' });
        } catch (error) {
          if (!(error instanceof HostGone)) throw error;
          const connections = armed[index]!.connections.map((one) => ({ ...one, doubtful: true }));
          return { connections, workerErrors: [error.message], counts: {}, gone: true };
        }
      }),
    );
    const broken = parts.some((part) => 'gone' in part);
    const events = [...this.#events].sort((a, b) => a.timeNs - b.timeNs);
    this.#remember(events);
    return {
      events: broken ? withUnheard(events, plans, (client) => this.#takeProcess(client)) : events,
      connections: parts.flatMap((part) => part.connections),
      counts: sum(parts.map((part) => part.counts)),
      undecided: parts.flatMap((part) => part.workerErrors),
      broken,
    };
  }

  /** Closes well where the hosts still answer, at once where they do not. */
  async close(): Promise<void> {
    await Promise.all(
      this.#hosts.map(async ({ link }) => {
        await this.#ask(link, { type: 'stop' }).catch(() => undefined);
        await link.kill();
      }),
    );
    this.#hosts = [];
  }

  async kill(): Promise<void> {
    const hosts = this.#hosts;
    this.#hosts = [];
    await Promise.all(hosts.map(({ link }) => link.kill()));
  }

  get #lead(): HostLink {
    const lead = this.#hosts[0];
    if (lead === undefined) throw new HostGone('the target is not open');
    return lead.link;
  }

  async #ask<Reply>(link: HostLink, request: HostRequest): Promise<Reply> {
    return (await link.request(request, this.options.timeoutMs + GRACE_MS)) as Reply;
  }

  #burstLimitMs(plans: readonly ClientPlan[], faults: readonly Fault[]): number {
    const attempts = Math.max(...plans.map((plan) => plan.attempts.length));
    const delayMs = Math.max(...plans.map(waitingMs));
    const stallMs = faults.reduce((ms, fault) => ms + (fault.kind === 'stall' ? fault.forMs : 0), 0);
    return attempts * this.options.timeoutMs + delayMs + stallMs + GRACE_MS;
  }

  /** A host opened anew must not use a process number again. */
  #nextProcess(client: number): number {
    const last = this.#processes.get(client);
    return last === undefined ? client : last + this.options.clients + this.#workers;
  }

  #takeProcess(client: number): number {
    const process = this.#nextProcess(client);
    this.#processes.set(client, process);
    return process;
  }

  #remember(events: readonly HistoryEvent[]): void {
    for (const { client, process } of events) {
      this.#processes.set(client, Math.max(process, this.#processes.get(client) ?? 0));
    }
  }
}

/**
 * After a host died: every planned attempt whose answer was not heard becomes `info`, over the whole burst, for it may
 * have been made. An attempt that was not even told of gets a process of its own: it may overlap its client's others.
 */
function withUnheard(
  events: readonly HistoryEvent[],
  plans: readonly ClientPlan[],
  nextProcess: (client: number) => number,
): readonly HistoryEvent[] {
  const endNs = events.at(-1)?.timeNs ?? 0;
  const error = { code: 'host-lost', message: "the target's process ended before the answer was heard" };
  const untold: HistoryEvent[] = [];
  const ended: HistoryEvent[] = [];
  for (const { client, attempts } of plans) {
    const own = events.filter((event) => event.client === client);
    const invoked = own.filter((event) => event.type === 'invoke');
    const completions = own.filter(isCompletion).length;
    attempts.forEach(({ f, input }, index) => {
      if (index < completions) return;
      const process = invoked[index]?.process ?? nextProcess(client);
      if (index >= invoked.length) {
        untold.push({ type: 'invoke', timeNs: 0, process, client, f, value: input });
      }
      ended.push({ type: 'info', timeNs: endNs, process, client, f, error });
    });
  }
  return [...untold, ...events, ...ended];
}

/** How long a client waits by plan, in all. */
function waitingMs({ delayNs, attempts }: ClientPlan): number {
  return attempts.reduce((ms, { afterMs = 0 }) => ms + afterMs, delayNs / 1e6);
}

function isCompletion(event: HistoryEvent): boolean {
  return event.type === 'ok' || event.type === 'fail' || event.type === 'info';
}

function sum(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of counts) {
    for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
