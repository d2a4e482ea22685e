import type { StoreAddress } from '../core/context.js';
import type { Json } from '../core/json.js';
import type { Fault, Parameters } from '../core/scenario.js';
import { openBarrier } from './barrier.js';
import { burstOf, wasLost, type Burst, type BurstEnd, type BurstPart } from './burst.js';
import { FleetHost } from './fleet-host.js';
import { HostGone, type HostLink, type OpenHost } from './host-link.js';
import { answerLimitMs, burstLimitMs, openingMs } from './host-limits.js';
import { ProcessNumbers } from './process-numbers.js';
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

/** What the hosts are asked for in a trial. */
export interface FleetTrial {
  readonly trial: number;
  readonly plans: readonly ClientPlan[];
  readonly faults: readonly Fault[];
  /** It is asked for while the one before is under way. */
  readonly isBehind: boolean;
}

/** What a burst needs to know of the hosts that were armed for it. */
export interface ArmedFleet {
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

/** The hosts of one target: clients spread over them round robin, the first one leads. */
export class Fleet {
  #hosts: FleetHost[] = [];
  readonly #numbers: ProcessNumbers;
  /** The last time it was armed there was nothing to hold. */
  #isKnownNotToHold = false;
  /** The last burst left nothing, as its only host could tell. */
  #wasClear = false;
  /** How long the last burst that was asked for may take. */
  #lastLimitMs = 0;

  constructor(private readonly options: FleetOptions) {
    this.#numbers = new ProcessNumbers(options.clients);
  }

  /** Opens the hosts and loads the target; `setup` prepares a fresh namespace. */
  async open(addresses: readonly StoreAddress[], setup: boolean): Promise<void> {
    const { processes, clients: totalClients, target, parameters, seed, timeoutMs } = this.options;
    this.#isKnownNotToHold = false;
    this.#wasClear = false;
    for (let number = 0; number < processes; number += 1) {
      const clients = range(totalClients).filter((client) => client % processes === number);
      const host = await FleetHost.open(this.options.openHost, clients);
      this.#hosts.push(host);
      const reply = await this.#ask<LoadReply>(host.link, {
        type: 'load',
        target,
        addresses,
        parameters,
        seed: `${seed}/${number}`,
        timeoutMs,
        clients: clients.map((client) => ({ client, process: this.#numbers.next(client) })),
        totalClients,
        setup: setup && number === 0,
        lead: number === 0,
      });
      this.#numbers.workers = reply.workers;
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
    { trial, plans, faults, isBehind }: FleetTrial,
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
    const connections = hosts.map((host, index) => host.connectionsAfter(armed[index]!));
    return { holds, connections };
  }

  /** Opens the barrier for what is being armed, and waits for the last answer and for all that was recorded. */
  async burst(
    arming: Promise<ArmedFleet>,
    { trial, plans, faults, isBehind }: FleetTrial,
    { onGo, onSettled }: BurstProgress = {},
  ): Promise<Burst> {
    const hosts = this.#hosts;
    const isAhead = this.#goesAhead;
    if (!isAhead) {
      if ((await arming).holds) await this.#hold();
      for (const host of this.#hosts) host.forgetTold();
    }
    // What is told to go ahead opens clients first.
    const ownMs = burstLimitMs(plans, faults, this.options.timeoutMs) + (isAhead ? openingMs(plans) : 0);
    const limitMs = ownMs + (isBehind ? this.#lastLimitMs : 0);
    this.#lastLimitMs = ownMs;
    const going = isAhead ? [this.#goWhenArmed(limitMs)] : openBarrier(this.#links, limitMs);
    onGo?.();
    // The lead's workers serve the clients of every host, and may rest when all of them have been answered. A host that
    // is alone knows when that is: it is asked ahead.
    const answered = going.length > 1 ? Promise.allSettled(going) : undefined;
    let ending: Promise<BurstEnd> | undefined;
    const parts = await Promise.all(
      this.#hosts.map(async ({ link }, index): Promise<BurstPart> => {
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
          return { connections, workerErrors: [error.message], counts: {}, arrivalsMs: [], isGone: true };
        }
      }),
    );
    const settled = parts.flatMap((part, index) => hosts[index]!.connectionsAfter(part));
    this.#wasClear = parts.every(({ isClear }) => isClear === true);
    const isClear = isAhead && this.#wasClear;
    if (!wasLost(parts)) onSettled?.(settled);
    const end = (await ending) ?? { events: hosts.flatMap((host) => host.take(trial)) };
    return { ...burstOf(plans, parts, settled, end, this.#numbers), isClear };
  }

  #goWhenArmed(limitMs: number): Promise<unknown> {
    return this.#ask(this.#lead, { type: 'go', thenReads: true }, limitMs);
  }

  /** A host that is alone tells what happened before it answers with what it read. */
  #earlyEnd(trial: number, limitMs: number): Promise<BurstEnd> {
    const hosts = this.#hosts;
    const reading = this.#ask<EarlyRead>(this.#lead, { type: 'early-read' }, limitMs);
    const take = () => hosts.flatMap((host) => host.take(trial));
    const ending = reading.then(
      (final): BurstEnd => ({ final, events: take() }),
      (error: unknown): BurstEnd => {
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

  get #links(): readonly HostLink[] {
    return this.#hosts.map(({ link }) => link);
  }

  get #lead(): HostLink {
    const [lead] = this.#hosts;
    if (lead === undefined) throw new HostGone('the target is not open');
    return lead.link;
  }

  async #ask<Reply>(link: HostLink, request: HostRequest, beforeMs = 0): Promise<Reply> {
    return (await link.request(request, beforeMs + answerLimitMs(this.options.timeoutMs))) as Reply;
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
