import type { ContractTypes } from '../core/contract.js';
import type { ArmReply, HostConnection } from '../engine/protocol.js';
import { planClients, type TrialSetting } from '../engine/trial.js';
import type { ClientsHost } from './apart.js';
import type { KnownConnection } from './known-connections.js';
import type { OwnInstances } from './own-instances.js';
import type { Scheduler } from './scheduler.js';

export interface PreparationOptions<C extends ContractTypes> {
  readonly setting: TrialSetting<C>;
  readonly host: ClientsHost;
  readonly scheduler: Scheduler;
  readonly instances: OwnInstances | undefined;
  readonly connectionsOf: (hosts?: readonly HostConnection[]) => readonly KnownConnection[];
  /** Told of the connections where they are others than before. */
  readonly onConnected: ((connections: readonly HostConnection[]) => void) | undefined;
}

/** Gets target and clients ready for the next schedule, perhaps ahead of it: reset, sessions that were ended opened anew, armed. */
export class Preparation<C extends ContractTypes> {
  #ahead: Promise<void> | undefined;
  #absent: ReadonlySet<number> = new Set();
  #ports = '';
  #armed: ArmReply = { connections: [], holds: false };
  /** Clients whose sessions were ended in the schedule before. */
  renew: readonly number[] = [];

  constructor(private readonly options: PreparationOptions<C>) {}

  /** Clients that take no part. */
  get absent(): ReadonlySet<number> {
    return this.#absent;
  }

  /** As the host told of them when it was armed last. */
  get connections(): ArmReply['connections'] {
    return this.#armed.connections;
  }

  /** Before the first schedule. */
  async first(): Promise<void> {
    await this.#prepare();
    this.#ahead = Promise.resolve();
  }

  /** Begins already. Whether it failed is told by `ready`. */
  begin(): void {
    this.#ahead = this.#prepare();
    this.#ahead.catch(() => undefined);
  }

  /** Resolves when the schedule can be run; the one after that is prepared anew. */
  async ready(): Promise<void> {
    await (this.#ahead ?? this.#prepare());
    this.#ahead = undefined;
  }

  /** Resolves when nothing that was begun ahead is under way, also if it failed. */
  async calm(): Promise<void> {
    await this.#ahead?.catch(() => undefined);
  }

  /** From the next schedule on, these clients take no part. */
  async leaveOut(absent: ReadonlySet<number>): Promise<void> {
    await this.#ahead;
    this.#absent = absent;
    this.#ahead = undefined;
  }

  async #prepare(): Promise<void> {
    const { setting, host, scheduler, instances, connectionsOf, onConnected } = this.options;
    const { scenario, parameters } = setting;
    const { renew } = this;
    this.renew = [];
    scheduler.rewind();
    scheduler.apart?.prepares(true);
    if (renew.length > 0 && instances !== undefined) await instances.launch(renew);
    await host.handle({ type: 'reset', initial: scenario.initial(parameters) });
    const { plans } = planClients(setting);
    this.#armed = (await host.handle({
      ...{ type: 'arm', trial: 0, renew },
      plans: plans
        .filter(({ client }) => !this.#absent.has(client))
        .sort((one, other) => one.client - other.client),
      faults: scenario.faults?.(parameters, 0) ?? [],
    })) as ArmReply;
    scheduler.apart?.prepares(false);
    const connections = connectionsOf(this.#armed.connections);
    const ports = connections.map(({ localPort }) => localPort).join();
    if (ports === this.#ports) return;
    this.#ports = ports;
    onConnected?.(connections.map(({ isAtRest: _, ...one }) => one));
  }
}
