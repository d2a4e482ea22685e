import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Fault, Parameters } from '../core/scenario.js';
import { AT_REST } from '../stores/socket-watch.js';
import { monotonicNs } from './clock.js';
import { firstRequestSpreadNs } from './first-requests.js';
import { HostGone, type HostLink, type OpenHost } from './host-link.js';
import type {
  ArmReply,
  ClientPlan,
  EarlyRead,
  HostConnection,
  HostRequest,
  LoadReply,
  SettleReply,
  TargetSource,
} from './protocol.js';
import { summedCounts } from './summed-counts.js';
import { withUnheard } from './unheard.js';

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
  /** The only host begins the next trial by itself where that was asked for: see `ResetRequest`. */
  readonly isClear?: boolean;
  /** What was read of the final state, which is nothing where an operation may still be at work. */
  readonly final?: EarlyRead;
}

/** What a burst needs to know of the hosts that were armed for it. */
export interface ArmedFleet {
  readonly trial: number;
  readonly plans: readonly ClientPlan[];
  readonly faults: readonly Fault[];
  /** It was asked for while the one before was under way. */
  readonly isBehind: boolean;
  /** What is open just before the burst, by host. */
  readonly connections: readonly (readonly HostConnection[])[];
  /** Its targets can hold attempts. */
  readonly holds: boolean;
}

/** Who hears how far a burst is. */
export interface BurstProgress {
  /** The hosts have been told to begin. One that is alone may be told before it is ready. */
  readonly onGo?: () => void;
  /**
   * Everybody has been answered, and no host was lost: these are the connections. What happened is still being told, and where the
   * final state is being read as well, that is done before whatever is asked from now on.
   */
  readonly onSettled?: (connections: readonly HostConnection[]) => void;
}

/** What a host that was asked ahead told at the end of a burst; `untold` says why it could not. */
interface EarlyEnd {
  readonly events: HistoryEvent[];
  readonly final?: EarlyRead;
  readonly untold?: string;
}

/** Of a host that names no trial: it is the one that is under way. */
const UNNAMED = -1;
/** On top of an operation's own limit, for what a host does besides. */
const GRACE_MS = 5_000;
/** On top of that, for each client that may have to be opened: some servers make one connection after the other. */
const OPEN_MS = 200;
/** Long enough for the word to reach every process before the barrier opens. */
const BARRIER_LEAD_NS = 3_000_000n;

interface Host {
  readonly link: HostLink;
  readonly clients: readonly number[];
  /** What was open when it told last. */
  connections: readonly HostConnection[];
  /** What it told, by trial. */
  readonly told: Map<number, HistoryEvent[]>;
}

/** The hosts of one target: clients spread over them round robin, the first one leads. */
export class Fleet {
  #hosts: Host[] = [];
  #processes = new Map<number, number>();
  #workers = 0;
  /** The last time it was armed there was nothing to hold. */
  #isKnownNotToHold = false;
  /** The last burst left nothing, as its only host could tell. */
  #wasClear = false;
  /** How long the last burst that was asked for may take. */
  #lastLimitMs = 0;

  constructor(private readonly options: FleetOptions) {}

  /** Opens the hosts and loads the target; `setup` prepares a fresh namespace. */
  async open(addresses: readonly StoreAddress[], setup: boolean): Promise<void> {
    const { processes, clients: totalClients, target, parameters, seed, timeoutMs } = this.options;
    this.#isKnownNotToHold = false;
    this.#wasClear = false;
    for (let number = 0; number < processes; number += 1) {
      const told = new Map<number, HistoryEvent[]>();
      const link = await this.options.openHost((events, trial = UNNAMED) => {
        const known = told.get(trial);
        if (known === undefined) told.set(trial, [...events]);
        else known.push(...events);
      });
      const clients = range(totalClients).filter((client) => client % processes === number);
      this.#hosts.push({ link, clients, connections: [], told });
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

  /** A trial may be asked for while the one before is under way: its only host will know whether it may begin. */
  get goesOn(): boolean {
    return this.#goesAhead && this.#wasClear;
  }

  /** The only host can be told to go, and to read, while it is still arming. */
  get #goesAhead(): boolean {
    return this.#hosts.length === 1 && this.#lead.goesWhenArmed === true && this.#isKnownNotToHold;
  }

  /**
   * Resets, and arms every host with what its clients shall do; `isBehind`: where the trial that is under way leaves nothing. Where
   * it does, this rejects with a `HostFailure` whose kind is `passed-over`, as does the burst.
   */
  async arm(
    { trial, plans, faults, isBehind }: Omit<ArmedFleet, 'connections' | 'holds'>,
    initial: Json,
    renew: readonly number[],
  ): Promise<ArmedFleet> {
    const hosts = this.#hosts;
    const behindMs = isBehind ? this.#lastLimitMs : 0;
    const [, ...armed] = await Promise.all([
      this.#ask(this.#lead, { type: 'reset', initial, ...(isBehind && { ifClear: true }) }, behindMs),
      ...this.#hosts.map(({ link, clients }) => {
        const here = new Set(clients);
        const own = plans.filter((plan) => here.has(plan.client));
        const limitMs = behindMs + openingMs(own);
        return this.#ask<ArmReply>(link, { type: 'arm', trial, plans: own, faults, renew }, limitMs);
      }),
    ]);
    const holds = armed.some((reply) => reply.holds);
    this.#isKnownNotToHold = !holds;
    const connections = hosts.map((host, index) => connectionsOf(host, armed[index]!));
    return { trial, plans, faults, isBehind, holds, connections };
  }

  /** Opens the barrier for what is being armed, and waits for the last answer and for all that was recorded. */
  async burst(
    arming: Promise<ArmedFleet>,
    { trial, plans, faults, isBehind }: Omit<ArmedFleet, 'connections' | 'holds'>,
    { onGo, onSettled }: BurstProgress = {},
  ): Promise<Burst> {
    const hosts = this.#hosts;
    const isAhead = this.#goesAhead;
    if (!isAhead) {
      if ((await arming).holds) await this.#hold();
      for (const { told } of this.#hosts) told.clear();
    }
    // What is told to go ahead opens clients first.
    const ownMs = this.#burstLimitMs(plans, faults) + (isAhead ? openingMs(plans) : 0);
    const limitMs = ownMs + (isBehind ? this.#lastLimitMs : 0);
    this.#lastLimitMs = ownMs;
    const going = isAhead ? [this.#goWhenArmed(limitMs)] : this.#goTogether(limitMs);
    onGo?.();
    // The lead's workers serve the clients of every host, and may rest when all of them have been answered. A host that
    // is alone knows when that is: it is asked ahead.
    const answered = going.length > 1 ? Promise.allSettled(going) : undefined;
    let ending: Promise<EarlyEnd> | undefined;
    const parts = await Promise.all(
      this.#hosts.map(async ({ link }, index) => {
        try {
          // At once where a host is asked ahead: what is asked for the next trial comes behind.
          if (answered !== undefined) await answered;
          const settling = this.#ask<SettleReply>(link, { type: 'settle' }, limitMs);
          if (isAhead) ending = this.#earlyEnd(trial, limitMs);
          const [, , reply] = await Promise.all([arming, going[index], settling]);
          return reply;
        } catch (error) {
          if (!(error instanceof HostGone)) throw error;
          // What was read on them when they were armed is old by now.
          const connections = (await arming).connections[index]!.map(({ trace: _old, ...one }) => ({
            ...one,
            doubtful: true,
          }));
          return { connections, workerErrors: [error.message], counts: {}, arrivalsMs: [], gone: true };
        }
      }),
    );
    const settled = parts.flatMap((part, index) => connectionsOf(hosts[index]!, part));
    const wasLost = parts.some((part) => 'gone' in part);
    this.#wasClear = parts.every((part) => 'isClear' in part && part.isClear === true);
    const isClear = isAhead && this.#wasClear;
    if (!wasLost) onSettled?.(settled);
    const { final, untold, events: told } = (await ending) ?? { events: takenFrom(this.#hosts, trial) };
    const broken = wasLost || untold !== undefined;
    const connections = untold === undefined ? settled : settled.map((one) => ({ ...one, doubtful: true }));
    const events = told.sort((a, b) => a.timeNs - b.timeNs);
    this.#remember(events);
    return {
      events: broken ? withUnheard(events, plans, (client) => this.#takeProcess(client)) : events,
      connections,
      counts: summedCounts(parts.map((part) => part.counts)),
      firstRequestSpreadNs: firstRequestSpreadNs(plans, events),
      arrivalSpreadNs: arrivalSpreadNs(parts),
      undecided: [...parts.flatMap((part) => part.workerErrors), ...(untold === undefined ? [] : [untold])],
      broken,
      isClear,
      ...(final === undefined || broken ? {} : { final }),
    };
  }

  /** Every host at one moment. */
  #goTogether(limitMs: number): readonly Promise<unknown>[] {
    const startAtNs = (monotonicNs() + this.#barrierLeadNs()).toString();
    return this.#hosts.map(({ link }) => link.request({ type: 'go', startAtNs }, limitMs));
  }

  #goWhenArmed(limitMs: number): Promise<unknown> {
    return this.#ask(this.#lead, { type: 'go', thenReads: true }, limitMs);
  }

  /** A host that is alone tells what happened before it answers with what it read. */
  #earlyEnd(trial: number, limitMs: number): Promise<EarlyEnd> {
    const hosts = this.#hosts;
    const reading = this.#ask<EarlyRead>(this.#lead, { type: 'early-read' }, limitMs);
    const take = () => takenFrom(hosts, trial);
    const ending = reading.then(
      (final): EarlyEnd => ({ final, events: take() }),
      (error: unknown): EarlyEnd => {
        if (!(error instanceof HostGone)) throw error;
        return { untold: error.message, events: take() };
      },
    );
    // Whoever waits for it is told. Nobody does where the host is lost before.
    ending.catch(() => undefined);
    return ending;
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
    const hosts = this.#hosts;
    this.#hosts = [];
    await Promise.all(
      hosts.map(async ({ link }) => {
        await this.#ask(link, { type: 'stop' }).catch(() => undefined);
        await link.kill();
      }),
    );
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

/** What is open in a host, that tells of it where it has changed. */
function connectionsOf(
  host: Host,
  { connections, isClear = false }: Pick<SettleReply, 'connections' | 'isClear'>,
): readonly HostConnection[] {
  host.connections =
    connections ?? host.connections.map((one) => (isClear ? { ...one, trace: AT_REST } : one));
  return host.connections;
}

/** What was told of a trial and not taken yet. */
function takenFrom(hosts: readonly Host[], trial: number): HistoryEvent[] {
  return hosts.flatMap(({ told }) =>
    [UNNAMED, trial].flatMap((key) => {
      const events = told.get(key) ?? [];
      told.delete(key);
      return events;
    }),
  );
}

/** How long it may take to open so many clients. */
function openingMs(plans: readonly ClientPlan[]): number {
  return plans.length * OPEN_MS;
}

/** How long a client waits by plan, in all. */
function waitingMs({ delayNs, attempts }: ClientPlan): number {
  return attempts.reduce((ms, { afterMs = 0 }) => ms + afterMs, delayNs / 1e6);
}

/** Unknown where an answer was to tell of an arrival and did not: of three in thirty the others may have come at any time. */
function arrivalSpreadNs(parts: readonly Pick<SettleReply, 'arrivalsMs' | 'counts'>[]): number | undefined {
  const atMs = parts.flatMap((part) => part.arrivalsMs);
  if (atMs.length < 2 || parts.some(({ counts }) => counts['no-arrival'] !== undefined)) return undefined;
  return (Math.max(...atMs) - Math.min(...atMs)) * 1e6;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
