import type { ContractTypes } from '../core/contract.js';
import type { HistoryEvent } from '../core/history.js';
import { seededRandom } from '../core/random.js';
import { storesOf, type OpenTarget, type Target } from '../core/target.js';
import { AskedAhead } from './asked-ahead.js';
import { ClientAttempts } from './client-attempts.js';
import type { ClientOwner } from './client-owner.js';
import { ClientSlot, createTargetContext, type ContextSource } from './client-slot.js';
import { monotonicNs, untilNs } from './clock.js';
import { closed } from './closed.js';
import type { StoreErrors } from '../stores/errors.js';
import { TARGETS_OWN_STORES } from '../stores/index.js';
import { AT_REST } from '../stores/socket-watch.js';
import { classify, hostError } from './failures.js';
import { HostClients } from './host-clients.js';
import { HostFailure } from './host-failure.js';
import { HostWorkers } from './host-workers.js';
import type {
  ArmReply,
  ArmRequest,
  EarlyRead,
  GoRequest,
  HostReplyValue,
  HostRequest,
  LoadReply,
  LoadRequest,
  SettleReply,
} from './protocol.js';
import { OpenConnections } from './open-connections.js';
import { ReadAhead } from './read-ahead.js';
import { Recorder } from './recorder.js';
import { openTarget } from './target-shape.js';
import { endedWithin } from './ended-within.js';

type AnyTarget = Target<ContractTypes>;

/** What a host needs from where it runs. */
export interface HostEnvironment {
  resolve(request: LoadRequest): Promise<AnyTarget>;
  errorsOf(stores: readonly string[]): Promise<readonly StoreErrors[]>;
  /** What happened in a trial, in order. */
  emit(events: readonly HistoryEvent[], trial: number): void;
  /** Something was sent to a store or came from it; not where other hosts have clients, or an API is between, as all need a core. */
  readonly onTraffic?: () => void;
  /** Decides when clients go on. Default: they go on when they can. */
  readonly owner?: ClientOwner;
}

const CLOSE_LIMIT_MS = 1_000;

/**
 * The side on which a target lives: opens it, holds its clients, makes each attempt exactly once, and records.
 * Speaks the engine's protocol; knows nothing of scenarios, checkers and stores' servers.
 */
export class TargetHost {
  #target!: OpenTarget<ContractTypes>;
  #errors: readonly StoreErrors[] = [];
  #clients!: HostClients;
  #workers!: HostWorkers;
  #attempts!: ClientAttempts;
  readonly #ahead = new AskedAhead();
  readonly #recorder: Recorder;
  readonly #readAhead = new ReadAhead();
  /** What happened in a burst is told with the early read that follows, and not before. */
  #tellsWhileReading = false;
  readonly #connections = new OpenConnections(() => [...this.#clients.slots, ...this.#workers.slots]);
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly environment: HostEnvironment) {
    this.#recorder = new Recorder((events, trial) => environment.emit(events, trial));
  }

  /** Does one request after the other, in the order in which they came. */
  handle(request: HostRequest): Promise<HostReplyValue> {
    const reply = this.#last.then(() => this.#answer(request));
    this.#last = reply.catch(() => undefined);
    return reply;
  }

  async #answer(request: HostRequest): Promise<HostReplyValue> {
    this.#ahead.demandClear(request);
    try {
      return (await this.#dispatch(request)) ?? null;
    } catch (error) {
      const kind = classify(error, this.#errors) === 'mistake' ? 'mistake' : 'failure';
      const failure = error instanceof HostFailure ? error : new HostFailure(hostError(error, kind));
      this.#ahead.failed(request, failure);
      throw failure;
    }
  }

  #dispatch(request: HostRequest): Promise<HostReplyValue | void> {
    switch (request.type) {
      case 'load':
        return this.#open(request);
      case 'reset':
        return this.#target.reset(request.initial);
      case 'arm':
        return this.#arm(request);
      case 'hold':
        return this.#attempts.hold();
      case 'go':
        return this.#go(request);
      case 'settle':
        return this.#settle();
      case 'read':
        return this.#target.read();
      case 'early-read':
        return this.#earlyRead();
      case 'stop':
        return this.#stop();
    }
  }

  async #open(request: LoadRequest): Promise<LoadReply> {
    const { owner, onTraffic } = this.environment;
    const target = await this.environment.resolve(request);
    const stores = storesOf(target);
    this.#errors = await this.environment.errorsOf(stores);
    const isAlone = request.clients.length === request.totalClients;
    const source: ContextSource = {
      parameters: request.parameters,
      random: seededRandom(request.seed),
      addresses: new Map(request.addresses.map((address) => [address.store, address])),
      owner,
      ...(isAlone && !hasOwnServer(stores) && { onTraffic }),
    };
    this.#target = openTarget(await target.open(createTargetContext(source)));
    const slotOf = (client: number, process: number) =>
      new ClientSlot(client, process, source, this.#recorder);
    this.#clients = new HostClients(this.#target, request, slotOf);
    this.#workers = new HostWorkers(this.#target, request, slotOf, owner);
    this.#attempts = new ClientAttempts({
      ...{ clients: this.#clients, target: this.#target, owner, isAlone },
      conditions: {
        recorder: this.#recorder,
        timeoutMs: request.timeoutMs,
        errors: this.#errors,
        hasServer: request.addresses.some((address) => address.port > 0),
      },
    });
    if (request.setup) await this.#target.setup();
    return { workers: this.#target.workers?.count ?? 0 };
  }

  async #arm({ trial, plans, faults, renew }: ArmRequest): Promise<ArmReply> {
    this.#recorder.begin(trial);
    this.#attempts.arm(plans);
    this.#clients.renew(renew);
    const opened = await this.#clients.openAll(plans.map(({ client }) => client));
    for (const { slot } of opened) slot.faults = faults;
    await this.#workers.open();
    const holds = opened.some(({ client }) => client.hold !== undefined);
    const isTold = this.#connections.areAsTold() && this.#ahead.isBehind;
    return { ...(isTold ? {} : { connections: this.#connections.all() }), holds };
  }

  /** Resolves when every attempt of this trial has ended. */
  async #go({ startAtNs: told, thenReads = false }: GoRequest): Promise<void> {
    this.#ahead.demandReady();
    const startAtNs = told === undefined ? monotonicNs() : BigInt(told);
    this.#recorder.startAt(startAtNs);
    this.#workers.run();
    const endFlushing = this.#recorder.flushMeanwhile();
    try {
      if (told !== undefined) await untilNs(startAtNs);
      await this.#attempts.make(startAtNs);
    } finally {
      endFlushing();
    }
    // The store reads while this process tells what happened.
    if (thenReads && this.#workers.areNone) this.#readEarly();
    if (!thenReads) this.#recorder.flush();
    this.#tellsWhileReading = thenReads;
    const { mistake } = this.#attempts;
    if (mistake !== undefined) throw new HostFailure(mistake);
  }

  async #settle(): Promise<SettleReply> {
    const workerErrors = [...(await this.#clients.endLapses()), ...(await this.#workers.rest())];
    if (!this.#tellsWhileReading) this.#recorder.flush();
    const open = this.#connections.all();
    const lost = this.#clients.lostConnections();
    const isClear =
      !this.#clients.hasLost &&
      open.every(({ trace }) => trace === AT_REST) &&
      workerErrors.length === 0 &&
      this.#attempts.mistake === undefined;
    this.#ahead.settled(isClear);
    const isKnown = this.#connections.areAsTold() && isClear && this.#ahead.isBehind;
    if (!isClear) this.#connections.forget();
    return {
      ...(isKnown ? {} : { connections: [...open, ...lost] }),
      ...{ workerErrors, ...this.#recorder.counted(), isClear },
    };
  }

  #readEarly(): void {
    if (!this.#clients.hasLost) this.#readAhead.begin(() => this.#target.read());
  }

  /** A target's own workers may write until they rest, which they do with `settle`. */
  #earlyRead(): Promise<EarlyRead> {
    this.#readEarly();
    this.#recorder.flush();
    return this.#readAhead.take();
  }

  /** Whether nothing of the target is at work any more. */
  async #stop(): Promise<boolean> {
    this.#attempts.abandonHeld();
    const closing = [...this.#clients.close(), ...this.#workers.close()];
    const haveClosed = await endedWithin(Promise.allSettled(closing), CLOSE_LIMIT_MS);
    const hasClosed = await endedWithin(closed(this.#target), CLOSE_LIMIT_MS);
    this.#clients.destroy();
    this.#workers.destroy();
    return haveClosed && hasClosed && !this.#clients.wasLeftBehind;
  }
}

function hasOwnServer(stores: readonly string[]): boolean {
  return stores.some((store) => TARGETS_OWN_STORES.includes(store));
}
