import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Fault, Parameters } from '../core/scenario.js';
import { monotonicNs } from './clock.js';
import { firstRequestSpreadNs } from './first-requests.js';
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
  /** How far apart the first requests were, beyond what was planned. */
  readonly firstRequestSpreadNs: number | undefined;
  /** How far apart requests arrived, by the server's own word; of use where all were to arrive together. */
  readonly arrivalSpreadNs: number | undefined;
  /** Why the burst proves less than it should: a worker crashed, a host was killed. */
  readonly undecided: readonly string[];
  /** A host is gone: the fleet must be opened again. */
  readonly broken: boolean;
}

/** What a burst needs to know of the hosts that were armed for it. */
export interface ArmedFleet {
  readonly plans: readonly ClientPlan[];
  readonly faults: readonly Fault[];
  /** What is open just before the burst, by host. */
  readonly connections: readonly (readonly HostConnection[])[];
  /** Its targets can hold attempts. */
  readonly holds: boolean;
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

  async read(): Promise<Json> {
    return this.#ask<Json>(this.#lead, { type: 'read' });
  }

  /** Resets, and arms every host with what its clients shall do. */
  async arm(
    trial: number,
    initial: Json,
    plans: readonly ClientPlan[],
    faults: readonly Fault[],
    renew: readonly number[],
  ): Promise<ArmedFleet> {
    const [, ...armed] = await Promise.all([
      this.#ask(this.#lead, { type: 'reset', initial }),
      ...this.#hosts.map(({ link, clients }) => {
        const here = new Set(clients);
        const own = plans.filter((plan) => here.has(plan.client));
        return this.#ask<ArmReply>(link, { type: 'arm', trial, plans: own, faults, renew });
      }),
    ]);
    return {
      ...{ plans, faults },
      connections: armed.map(({ connections }) => connections),
      holds: armed.some(({ holds = false }) => holds),
    };
  }

  /**
   * Opens the barrier for what was armed last, and waits for the last answer. `onGo` is called when the hosts have been told
   * to begin.
   */
  async burst(
    { plans, faults, connections: armed, holds }: ArmedFleet,
    onGo: () => void = () => undefined,
  ): Promise<Burst> {
    this.#events = [];
    if (holds) await this.#hold();
    const startAtNs = monotonicNs() + this.#barrierLeadNs();
    const limitMs = this.#burstLimitMs(plans, faults);
    const going = this.#hosts.map(({ link }) =>
      link.request({ type: 'go', startAtNs: startAtNs.toString() }, limitMs),
    );
    onGo();
    // The lead's workers serve the clients of every host, and may rest when all of them have been answered. A host that
    // is alone knows when that is: it is asked ahead.
    const answered = going.length > 1 ? Promise.allSettled(going) : undefined;
    const parts = await Promise.all(
      this.#hosts.map(async ({ link }, index) => {
        try {
          await answered;
          const settling = this.#ask<SettleReply>(link, { type: 'settle' }, limitMs);
          const [, reply] = await Promise.all([going[index], settling]);
          return reply;
        } catch (error) {
          if (!(error instanceof HostGone)) throw error;
          // What was read on them when they were armed is old by now.
          const connections = armed[index]!.map(({ trace: _old, ...one }) => ({
            ...one,
            doubtful: true,
          }));
          return { connections, workerErrors: [error.message], counts: {}, arrivalsMs: [], gone: true };
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
      firstRequestSpreadNs: firstRequestSpreadNs(plans, events),
      arrivalSpreadNs: spreadNs(parts.flatMap((part) => part.arrivalsMs)),
      undecided: parts.flatMap((part) => part.workerErrors),
      broken,
    };
  }

  /** Not before every host has held its part may any of them begin. */
  async #hold(): Promise<void> {
    const holding = this.#hosts.map(({ link }) => this.#ask(link, { type: 'hold' }, this.options.timeoutMs));
    for (const ended of await Promise.allSettled(holding)) {
      // Of a host that is gone the burst itself will tell.
      if (ended.status === 'rejected' && !(ended.reason instanceof HostGone)) throw ended.reason;
    }
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

  async #ask<Reply>(link: HostLink, request: HostRequest, beforeMs = 0): Promise<Reply> {
    return (await link.request(request, beforeMs + this.options.timeoutMs + GRACE_MS)) as Reply;
  }

  #barrierLeadNs(): bigint {
    const leadsNs = this.#hosts.map(({ link: { leadNs = 0n } }) => leadNs);
    if (this.#hosts.length > 1) leadsNs.push(BARRIER_LEAD_NS);
    return leadsNs.reduce((longest, leadNs) => (leadNs > longest ? leadNs : longest), 0n);
  }

  #burstLimitMs(plans: readonly ClientPlan[], faults: readonly Fault[]): number {
    const attempts = Math.max(...plans.map((plan) => plan.attempts.length));
    const delayMs = Math.max(...plans.map(waitingMs));
    const stallMs = faults.reduce((ms, fault) => ms + (fault.kind === 'stall' ? fault.forMs : 0), 0);
    // After a time-out the next attempt begins with a new connection.
    return attempts * (this.options.timeoutMs + GRACE_MS) + delayMs + stallMs;
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
  const byClient = new Map<number, HistoryEvent[]>();
  for (const event of events) {
    const known = byClient.get(event.client);
    if (known === undefined) byClient.set(event.client, [event]);
    else known.push(event);
  }
  for (const { client, attempts } of plans) {
    const own = byClient.get(client) ?? [];
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

function spreadNs(atMs: readonly number[]): number | undefined {
  return atMs.length < 2 ? undefined : (Math.max(...atMs) - Math.min(...atMs)) * 1e6;
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
