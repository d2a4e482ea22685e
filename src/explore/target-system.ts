import type { ContractTypes } from '../core/contract.js';
import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import { clientsOf, type Parameters, type Scenario } from '../core/scenario.js';
import type { StepWire } from '../core/step.js';
import { storesOf, type Target } from '../core/target.js';
import { monotonicNs } from '../engine/clock.js';
import { HostGone } from '../engine/host-link.js';
import type { HostConnection, LoadReply, SettleReply } from '../engine/protocol.js';
import { TargetHost } from '../engine/target-host.js';
import type { Aftermath, TrialSetting } from '../engine/trial.js';
import { errorsOfStores } from '../stores/errors.js';
import type { Apart, ClientsHost } from './apart.js';
import type { Choose, Execution, System, Victims } from './execution.js';
import { OPERATION_FACTOR } from './explored.js';
import { judgedSchedule, settingOf, type ExploredTrial } from './explored-trial.js';
import { dependentFootprints } from './footprints.js';
import { connectionsSeen, connectionsTold, type KnownConnection } from './known-connections.js';
import { OwnInstances } from './own-instances.js';
import { Preparation } from './preparation.js';
import { Scheduler, type ScheduledRun } from './scheduler.js';
import { CircleStays, Stuck } from './stuck.js';

/** A scenario on a target, to be run in one schedule after the other. */
export interface TargetSystemOptions<C extends ContractTypes> {
  readonly scenario: Scenario<C>;
  readonly parameters: Parameters;
  readonly target: Target<C>;
  /** Where its stores really are. */
  readonly addresses: readonly StoreAddress[];
  /** What stands between the clients and those stores that have a wire. */
  readonly wires: ReadonlyMap<string, StepWire>;
  readonly seed: string;
  readonly timeoutMs: number;
  /** Where the clients' code runs. Default: in this process. */
  readonly apart?: Apart;
  /** Looks for sessions left in a transaction or without an answer, and ends them at the server. */
  chase(connections: readonly HostConnection[]): Promise<Aftermath>;
  /** Told of the connections of clients and workers, before the first schedule and whenever there are others. */
  readonly onConnected?: (connections: readonly HostConnection[]) => void;
  /** Something was sent to a store, or came from it. */
  readonly onTraffic?: () => void;
}

/**
 * A chosen victim waits, and its circle has to be closed, within this time; where that is too short, within the next. After
 * the last it counts as one that cannot be had.
 */
const VICTIM_WITHIN_MS = [20, 200, 1_000];

const UNTOUCHED: Aftermath = { openTransactions: [], renew: [], undecided: [] };

/**
 * A target with its clients, in this process or in those of their own, held by a scheduler. One trial is one schedule: reset, on warm connections that
 * are kept, then the clients step by step, then the final reads and the scenario's own checkers.
 */
export class TargetSystem<C extends ContractTypes> implements System<ExploredTrial<C>> {
  readonly #host: ClientsHost;
  readonly #scheduler: Scheduler;
  readonly #clients: number;
  readonly #setting: TrialSetting<C>;
  /** Of an API, where each client has one. */
  readonly #instances: OwnInstances | undefined;
  readonly #preparation: Preparation<C>;
  #workers = 0;
  #events: HistoryEvent[] = [];
  /** A schedule is under way, or was left in the middle. */
  #isBroken = false;
  #going: Promise<unknown> | undefined;
  #settled: Promise<SettleReply> | undefined;

  constructor(private readonly options: TargetSystemOptions<C>) {
    const { scenario, parameters, target, wires, seed, timeoutMs, apart, onTraffic } = options;
    this.#clients = clientsOf(scenario, parameters);
    this.#setting = settingOf({ scenario, parameters, seed, clients: this.#clients });
    this.#scheduler = new Scheduler({ wires, seed, answerMs: timeoutMs, isApart: apart !== undefined });
    if (apart?.each === 'instance') {
      this.#instances = new OwnInstances(apart.instances, this.#scheduler.ways);
    }
    const emit = (events: readonly HistoryEvent[]) => this.#events.push(...events);
    this.#host =
      apart?.each === 'program'
        ? apart.open(this.#scheduler.owner, emit)
        : new TargetHost({
            resolve: () => Promise.resolve(target as unknown as Target<ContractTypes>),
            errorsOf: () => errorsOfStores(storesOf(target)),
            emit,
            owner: this.#scheduler.owner,
            ...(onTraffic && { onTraffic }),
          });
    this.#preparation = new Preparation({
      ...{ setting: this.#setting, host: this.#host, scheduler: this.#scheduler },
      ...{ instances: this.#instances, onConnected: options.onConnected },
      connectionsOf: (hosts) => this.#connectionsOf(hosts),
    });
  }

  get clients(): number {
    return this.#clients;
  }

  /** Clients and workers. */
  get actors(): number {
    return this.#clients + this.#workers;
  }

  /** What each client has for itself. Undefined: nothing, all are in this process. */
  get each(): Apart['each'] | undefined {
    return this.options.apart?.each;
  }

  get speaksInParallel(): boolean {
    return this.#scheduler.speaksInParallel;
  }

  get choosesVictim(): boolean {
    return [...this.options.wires.values()].some(({ deadlockVictim }) => deadlockVictim === 'scheduler');
  }

  dependent = dependentFootprints;

  get dependenceGrown(): number {
    return this.#scheduler.dependenceGrown;
  }

  /** Sets the target up, and gives every client and worker its way to the stores. */
  async open(): Promise<void> {
    const { target, addresses, parameters, seed, timeoutMs, wires, apart } = this.options;
    if (apart !== undefined) await this.#scheduler.seat(this.#clients);
    const clients = Array.from({ length: this.#clients }, (_, client) => ({ client, process: client }));
    await this.#instances?.launch(clients.map(({ client }) => client));
    const { workers } = (await this.#host.handle({
      type: 'load',
      // The host is given the target itself.
      target: { kind: 'registry', contract: target.contract, id: target.id },
      ...{ addresses, parameters, seed, clients },
      timeoutMs: OPERATION_FACTOR * timeoutMs,
      totalClients: this.#clients,
      setup: true,
      lead: true,
    })) as LoadReply;
    this.#workers = workers;
    if (apart === undefined) await this.#scheduler.seat(this.#clients + workers);
    await this.#preparation.first();
    for (const wire of wires.values()) await wire.learn();
  }

  /** From the next run on, these clients take no part. */
  leaveOut(absent: ReadonlySet<number>): Promise<void> {
    return this.#preparation.leaveOut(absent);
  }

  async run(choose: Choose, victims: Victims = []): Promise<Execution<ExploredTrial<C>>> {
    for (let time = 0; ; time += 1) {
      try {
        return await this.#run(choose, victims, VICTIM_WITHIN_MS[time]!);
      } catch (error) {
        if (error instanceof HostGone) throw new Stuck(error.message);
        if (!(error instanceof CircleStays) || !this.choosesVictim) throw error;
        await this.#unravel();
        const { isCertain, number } = error.left;
        const isChosen = number < victims.length;
        if (isCertain || !isChosen || time === VICTIM_WITHIN_MS.length - 1) throw error;
      }
    }
  }

  async #run(choose: Choose, victims: Victims, withinMs: number): Promise<Execution<ExploredTrial<C>>> {
    await this.#preparation.ready();
    this.#events = [];
    this.#isBroken = true;
    const startAtNs = monotonicNs();
    const run = await this.#scheduler.run(
      choose,
      {
        isWorker: (actor) => actor >= this.#clients,
        isAbsent: (actor) => this.#preparation.absent.has(actor),
        ...{ victims, withinMs },
      },
      () => (this.#going = this.#host.handle({ type: 'go', startAtNs: startAtNs.toString() })),
      () => (this.#settled = this.#host.handle({ type: 'settle' }) as Promise<SettleReply>),
    );
    const result = await this.#conclude(run, await this.#settled!, startAtNs);
    this.#isBroken = false;
    const { transitions, heldBack, sharesMemory } = run;
    return { transitions, heldBack, sharesMemory, result };
  }

  /**
   * A circle did not end as it was to end, e.g. since its victim waited before it was closed, and by the time it was, the server had
   * looked at that wait already. It is no schedule: the sessions are ended, and it is run again.
   */
  async #unravel(): Promise<void> {
    const connections = this.#connectionsOf(this.#preparation.connections).filter(
      ({ isAtRest }) => this.each === undefined || !isAtRest,
    );
    const doubtful = connections.map(({ trace: _old, ...one }) => ({ ...one, doubtful: true }));
    this.#scheduler.apart?.prepares(true);
    this.#scheduler.free();
    const { renew } = await this.options.chase(doubtful);
    await this.#going;
    await (this.#host.handle({ type: 'settle' }) as Promise<SettleReply>);
    this.#preparation.renew = [...new Set([...renew, ...connections.map(({ client }) => client)])];
  }

  /** Not where a schedule was left in the middle: its clients may never come back. */
  async close(): Promise<void> {
    try {
      if (this.#isBroken) return;
      await this.#preparation.calm();
      await this.#host.handle({ type: 'stop' });
    } finally {
      await this.#instances?.stop();
      await this.#host.kill?.();
    }
  }

  /** Those that stand at the stores. */
  #connectionsOf(hosts?: readonly HostConnection[]): readonly KnownConnection[] {
    const told = this.each === undefined ? connectionsTold(hosts) : [];
    return [...told, ...connectionsSeen(this.options.wires, this.#events, told)];
  }

  /** What is left in the stores, the final state, and what the checkers say. Nothing of a run that was abandoned. */
  async #conclude(
    run: ScheduledRun,
    settled: SettleReply,
    startAtNs: bigint,
  ): Promise<ExploredTrial<C> | undefined> {
    const connections = this.#connectionsOf(settled.connections);
    const isCalm =
      this.each === undefined
        ? !run.isAbandoned &&
          !connections.some(({ doubtful }) => doubtful) &&
          this.#scheduler.unsettled.length === 0
        : // All that they have at the stores is seen here, and so is that none of it is at work.
          connections.every(({ isAtRest }) => isAtRest);
    const aftermath = isCalm ? UNTOUCHED : await this.options.chase(connections);
    this.#preparation.renew = aftermath.renew;
    if (run.isAbandoned) return undefined;
    const final = (await this.#host.handle({ type: 'read' })) as Json;
    this.#scheduler.apart?.demandNoStray();
    // The hosts get ready for the next schedule while this one is judged.
    this.#preparation.begin();
    return judgedSchedule(this.#setting, {
      ...{ startAtNs, connections, settled, aftermath, final },
      events: this.#events,
    });
  }
}
