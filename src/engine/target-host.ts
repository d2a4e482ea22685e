import { setTimeout as wait } from 'node:timers/promises';
import type { ContractTypes } from '../core/contract.js';
import type { HistoryEvent, OperationError, StoreSpan } from '../core/history.js';
import type { Json } from '../core/json.js';
import { seededRandom } from '../core/random.js';
import { storesOf, type Client, type OpenTarget, type Target, type Worker } from '../core/target.js';
import { outcomeOf } from './attempt-outcome.js';
import type { ClientOwner } from './client-owner.js';
import { ClientSlot, createTargetContext, type ContextSource } from './client-slot.js';
import { monotonicNs, sinceNs, untilNs } from './clock.js';
import type { StoreErrors } from '../stores/errors.js';
import { TARGETS_OWN_STORES } from '../stores/index.js';
import { AT_REST } from '../stores/socket-watch.js';
import { classify, hostError, operationError } from './failures.js';
import { fewAtOnce } from './few-at-once.js';
import { HostFailure } from './host-failure.js';
import { abandon, canBeHeld, heldWithin, releaseAll, type Held, type Released } from './held-attempts.js';
import type {
  ArmReply,
  ArmRequest,
  ClientPlan,
  EarlyRead,
  GoRequest,
  HostError,
  HostReplyValue,
  HostRequest,
  LoadReply,
  LoadRequest,
  SettleReply,
} from './protocol.js';
import { connectionsOf, OpenConnections } from './open-connections.js';
import { ReadAhead } from './read-ahead.js';
import { Recorder } from './recorder.js';
import { startSlackNs } from './start-plan.js';
import { openClient, openTarget } from './target-shape.js';
import { endedWithin } from './ended-within.js';

type AnyTarget = Target<ContractTypes>;
type AnyClient = Client<ContractTypes>;

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

interface OpenClient {
  readonly slot: ClientSlot;
  readonly client: AnyClient;
  doubtful: boolean;
}

interface OpenWorker {
  readonly slot: ClientSlot;
  readonly worker: Worker;
  running: Promise<void> | undefined;
  error: string | undefined;
}

/** So many clients are opened together; of more, only a few at a time. */
const CROWD = 40;
/** Where a server makes one connection after the other, the last of those who wait is answered within what a driver gives it. */
const FEW = 10;
const OF_A_TRIAL: ReadonlySet<HostRequest['type']> = new Set(['reset', 'arm', 'go', 'settle', 'early-read']);
const PASSED_OVER = new HostFailure({
  kind: 'passed-over',
  message: 'the trial before left something behind',
});
const NEVER_ABORTED = new AbortController().signal;
const CLOSE_LIMIT_MS = 1_000;
/** An attempt is held for at most so long, on top of what it takes to connect. */
const HOLD_MS = 4_500;

/**
 * The side on which a target lives: opens it, holds its clients, makes each attempt exactly once, and records.
 * Speaks the engine's protocol; knows nothing of scenarios, checkers and stores' servers.
 */
export class TargetHost {
  #load!: LoadRequest;
  #source!: ContextSource;
  #target!: OpenTarget<ContractTypes>;
  #errors: readonly StoreErrors[] = [];
  #hasServer = false;
  #clients = new Map<number, OpenClient>();
  #lostSlots: ClientSlot[] = [];
  #workers: OpenWorker[] = [];
  #processes = new Map<number, number>();
  #plans: readonly ClientPlan[] = [];
  #held: readonly Held<OpenClient>[] = [];
  #originNs = 0n;
  /** An operation that was given up may still be at work in this process. */
  #wasLeftBehind = false;
  #mistake: HostError | undefined;
  readonly #recorder: Recorder;
  readonly #readAhead = new ReadAhead();
  /** What happened in a burst is told with the early read that follows, and not before. */
  #tellsWhileReading = false;
  /** Why nobody stands ready: what a `go` that was asked for ahead is refused with. */
  #unready: HostFailure | undefined;
  /** What was settled last left nothing behind: the next may begin. */
  #isClear = false;
  /** The trial that is asked for was to begin only if it was. */
  #isBehind = false;
  #passesOver = false;
  readonly #connections = new OpenConnections(() =>
    [...this.#clients.values(), ...this.#workers].map(({ slot }) => slot),
  );
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
    const makesReady = request.type === 'reset' || request.type === 'arm';
    if (request.type === 'reset') {
      this.#unready = undefined;
      this.#isBehind = request.ifClear === true;
      this.#passesOver = this.#isBehind && !this.#isClear;
      this.#isClear = false;
    }
    if (this.#passesOver && OF_A_TRIAL.has(request.type)) throw PASSED_OVER;
    try {
      return (await this.#dispatch(request)) ?? null;
    } catch (error) {
      this.#isClear = false;
      const kind = classify(error, this.#errors) === 'mistake' ? 'mistake' : 'failure';
      const failure = error instanceof HostFailure ? error : new HostFailure(hostError(error, kind));
      if (makesReady) this.#unready ??= failure;
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
        return this.#hold();
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
    this.#load = request;
    const target = await this.environment.resolve(request);
    const stores = storesOf(target);
    this.#errors = await this.environment.errorsOf(stores);
    this.#hasServer = request.addresses.some((address) => address.port > 0);
    this.#source = {
      parameters: request.parameters,
      random: seededRandom(request.seed),
      addresses: new Map(request.addresses.map((address) => [address.store, address])),
      owner: this.environment.owner,
      ...(this.#isAlone() && !hasOwnServer(stores) && { onTraffic: this.environment.onTraffic }),
    };
    this.#target = openTarget(await target.open(createTargetContext(this.#source)));
    if (request.setup) await this.#target.setup();
    for (const { client, process } of request.clients) this.#processes.set(client, process);
    return { workers: this.#target.workers?.count ?? 0 };
  }

  async #arm({ trial, plans, faults, renew }: ArmRequest): Promise<ArmReply> {
    this.#recorder.begin(trial);
    this.#plans = plans;
    this.#abandonHeld();
    this.#mistake = undefined;
    for (const client of renew) {
      const open = this.#clients.get(client);
      if (open !== undefined) this.#replace(open);
    }
    this.#lostSlots = [];
    const atOnce = plans.length > CROWD ? FEW : CROWD;
    const opened = await fewAtOnce(atOnce, plans, ({ client }) => this.#clientOf(client));
    for (const { slot } of opened) slot.faults = faults;
    await this.#openWorkers();
    const holds = opened.some(({ client }) => client.hold !== undefined);
    const isTold = this.#connections.areAsTold() && this.#isBehind;
    return { ...(isTold ? {} : { connections: this.#connections.all() }), holds };
  }

  #isAlone(): boolean {
    return this.#load.clients.length === this.#load.totalClients;
  }

  /** The open client, or a new one with a new process number where the last one ended in `info`. */
  async #clientOf(number: number): Promise<OpenClient> {
    const open = this.#clients.get(number);
    if (open !== undefined) return open;
    const slot = this.#slot(number);
    const opened = { slot, client: openClient(await this.#target.client(slot.context)), doubtful: false };
    this.#clients.set(number, opened);
    return opened;
  }

  #slot(number: number): ClientSlot {
    const process = this.#processes.get(number) ?? number;
    this.#processes.set(number, process);
    return new ClientSlot(number, process, this.#source, {
      nowNs: () => sinceNs(this.#originNs),
      note: (slot, kind, fields) =>
        this.#recorder.record({
          type: 'note',
          kind,
          fields,
          timeNs: sinceNs(this.#originNs),
          process: slot.process,
          client: slot.client,
        }),
      count: (event, by) => this.#recorder.count(event, by),
      arrived: (atMs) => this.#recorder.arrived(atMs),
    });
  }

  async #openWorkers(): Promise<void> {
    if (!this.#load.lead) return;
    const { workers } = this.#target;
    while (workers !== undefined && this.#workers.length < workers.count) {
      const slot = this.#slot(this.#load.totalClients + this.#workers.length);
      const worker = await workers.open(slot.context);
      this.#workers.push({ slot, worker, running: undefined, error: undefined });
    }
  }

  /** Begins every first attempt that can be held. */
  async #hold(): Promise<void> {
    const holding = this.#plans.filter(canBeHeld).flatMap((plan) => {
      const of = this.#clients.get(plan.client);
      if (of?.client.hold === undefined) return [];
      const [{ f, input }] = plan.attempts as [{ f: string; input: Json }];
      of.slot.begin();
      const attempt = heldWithin(of.client.hold(f, input), this.#load.timeoutMs + HOLD_MS);
      return [attempt.then((held) => ({ of, plan, attempt: held }))];
    });
    this.#held = await Promise.all(holding);
    for (const { of } of this.#held) of.slot.released();
  }

  #abandonHeld(): void {
    this.#held.forEach(abandon);
    this.#held = [];
  }

  /** Resolves when every attempt of this trial has ended. */
  async #go({ startAtNs: told, thenReads = false }: GoRequest): Promise<void> {
    if (this.#unready !== undefined) throw this.#unready;
    const startAtNs = told === undefined ? monotonicNs() : BigInt(told);
    this.#originNs = startAtNs;
    for (const open of this.#workers) {
      open.slot.begin();
      open.error = undefined;
      open.running = open.worker
        .run()
        .catch((error: unknown) => {
          if (!open.slot.context.signal.aborted) open.error = operationError(error).message;
        })
        .finally(() => this.environment.owner?.ended(open.slot.client));
    }
    const endFlushing = this.#recorder.flushMeanwhile();
    try {
      if (told !== undefined) await untilNs(startAtNs);
      const heldPlans = new Set(this.#held.map(({ plan }) => plan));
      const others = this.#plans.filter((plan) => !heldPlans.has(plan));
      const slackOf = startSlackNs(this.#plans);
      const going = others.map((plan) => this.#attempts(plan, startAtNs, slackOf(plan)));
      await Promise.all([this.#release(startAtNs), ...going]);
    } finally {
      endFlushing();
    }
    // The store reads while this process tells what happened.
    if (thenReads && this.#workers.length === 0) this.#readEarly();
    if (!thenReads) this.#recorder.flush();
    this.#tellsWhileReading = thenReads;
    if (this.#mistake !== undefined) throw new HostFailure(this.#mistake);
  }

  async #attempts(plan: ClientPlan, startAtNs: bigint, slackNs: number): Promise<void> {
    const { owner } = this.environment;
    // Where nothing crosses a wire, each client begins in a turn of the event loop of its own: code that never waits then
    // never overlaps, as in truth. Requests to a server are to leave together.
    if (owner === undefined && (plan.delayNs > 0 || !this.#hasServer)) {
      const atNs = startAtNs + BigInt(Math.round(plan.delayNs));
      await untilNs(atNs, slackNs);
    }
    await this.#attemptsFrom(plan, 0);
    owner?.ended(plan.client);
  }

  async #attemptsFrom({ client, attempts }: ClientPlan, place: number): Promise<void> {
    const { owner } = this.environment;
    for (const { f, input, afterMs = 0 } of attempts.slice(place)) {
      if (afterMs > 0) {
        if (owner === undefined) await wait(afterMs);
        else await owner.sleep(client, afterMs, NEVER_ABORTED);
      }
      await owner?.begin(client, f);
      const open = await this.#clientOf(client);
      open.slot.begin();
      const operation = () => call(open.client, f, input);
      await this.#attempt(open, f, input, sinceNs(this.#originNs), operation);
      if (open.doubtful) this.#replace(open);
    }
  }

  /** Lets what is held go, each at its own start, and goes on with what its clients do afterwards. */
  async #release(startAtNs: bigint): Promise<void> {
    const held = this.#held;
    this.#held = [];
    const going: Promise<void>[] = [];
    await releaseAll(
      held,
      startAtNs,
      (isAll) => {
        // Each process would wait for so long as its own server connections tell it, and they would start apart.
        const waits = isAll && this.#isAlone();
        const ready = this.#target.aboutToRelease?.(waits);
        return waits ? ready : undefined;
      },
      (released) => going.push(this.#goOn(released)),
    );
    await Promise.all(going);
  }

  /**
   * An attempt that was answered before its release began when it was held, before the barrier: it counts as begun with it.
   * Were it recorded as begun at its release 5 ms later, a client that was refused by then would seem to have been refused
   * before anybody bought. Nor was it at the store when its last byte was: it has no span there.
   */
  async #goOn({ held: { of, plan }, atNs, early, answer }: Released<OpenClient>): Promise<void> {
    const [{ f, input }] = plan.attempts as [{ f: string; input: Json }];
    if (early) this.#recorder.count('early-answer', 1);
    const invokedNs = early ? 0 : Number(atNs - this.#originNs);
    await this.#attempt(of, f, input, invokedNs, () => answer, early);
    if (of.doubtful) this.#replace(of);
    await this.#attemptsFrom(plan, 1);
  }

  async #attempt(
    open: OpenClient,
    f: string,
    input: Json,
    invokedNs: number,
    operation: () => Promise<Json>,
    early = false,
  ): Promise<void> {
    const { slot } = open;
    const of = { f, process: slot.process, client: slot.client };
    this.#recorder.record({ type: 'invoke', timeNs: invokedNs, ...of, value: input });
    const span = (endedNs: number, answered: boolean): { span?: StoreSpan } => {
      if (!this.#hasServer) {
        return { span: { firstRequestNs: invokedNs, lastAnswerNs: endedNs, requests: 0 } };
      }
      const measured = early ? undefined : slot.span(endedNs, answered);
      return measured === undefined ? {} : { span: measured };
    };
    const end = (type: 'fail' | 'info', error: OperationError) => {
      const timeNs = sinceNs(this.#originNs);
      if (type === 'info') open.doubtful = true;
      this.#recorder.record({ type, timeNs, ...of, error, ...span(timeNs, type === 'fail') });
    };

    const outcome = await outcomeOf(slot, this.#load.timeoutMs, operation);
    if (outcome.kind === 'answer') {
      const timeNs = sinceNs(this.#originNs);
      this.#recorder.record({ type: 'ok', timeNs, ...of, value: outcome.value, ...span(timeNs, true) });
    } else if (outcome.kind === 'ended') {
      end('info', outcome.error);
    } else {
      const failure = classify(outcome.error, this.#errors);
      if (failure === 'mistake') this.#mistake ??= hostError(outcome.error, 'mistake');
      end(failure === 'not-happened' ? 'fail' : 'info', operationError(outcome.error));
    }
  }

  /** After an `info` the client is another process on another connection. */
  #replace(open: OpenClient): void {
    this.#wasLeftBehind = true;
    this.#clients.delete(open.slot.client);
    this.#lostSlots.push(open.slot);
    open.slot.destroy();
    // A broken client may never finish closing; its sockets are gone already.
    void Promise.resolve(open.client.close()).catch(() => undefined);
    const stride = this.#load.totalClients + (this.#target.workers?.count ?? 0);
    this.#processes.set(open.slot.client, open.slot.process + stride);
  }

  async #settle(): Promise<SettleReply> {
    const workerErrors: string[] = [];
    for (const slot of this.#lostSlots) workerErrors.push(...(await slot.endLapses()));
    for (const open of this.#workers) open.slot.abort();
    for (const open of this.#workers) {
      const rested = await endedWithin(open.running, this.#load.timeoutMs);
      if (!rested) workerErrors.push(`the worker "${open.worker.name}" did not stop when asked`);
      if (open.error) workerErrors.push(`the worker "${open.worker.name}" ended with: ${open.error}`);
    }
    if (!this.#tellsWhileReading) this.#recorder.flush();
    const open = this.#connections.all();
    const lost = this.#lostSlots.flatMap((slot) => connectionsOf(slot, true));
    this.#isClear =
      this.#lostSlots.length === 0 &&
      open.every(({ trace }) => trace === AT_REST) &&
      workerErrors.length === 0 &&
      this.#mistake === undefined;
    const isKnown = this.#connections.areAsTold() && this.#isClear && this.#isBehind;
    if (!this.#isClear) this.#connections.forget();
    return {
      ...(isKnown ? {} : { connections: [...open, ...lost] }),
      ...{ workerErrors, ...this.#recorder.counted(), isClear: this.#isClear },
    };
  }

  #readEarly(): void {
    if (this.#lostSlots.length === 0) this.#readAhead.begin(() => this.#target.read());
  }

  /** A target's own workers may write until they rest, which they do with `settle`. */
  #earlyRead(): Promise<EarlyRead> {
    this.#readEarly();
    this.#recorder.flush();
    return this.#readAhead.take();
  }

  /** Whether nothing of the target is at work any more. */
  async #stop(): Promise<boolean> {
    this.#abandonHeld();
    const closing = [
      ...[...this.#clients.values()].map(({ client }) => client.close()),
      ...this.#workers.map(({ worker }) => worker.close()),
    ];
    const haveClosed = await endedWithin(Promise.allSettled(closing), CLOSE_LIMIT_MS);
    const hasClosed = await endedWithin(this.#target.close(), CLOSE_LIMIT_MS);
    for (const { slot } of [...this.#clients.values(), ...this.#workers]) slot.destroy();
    this.#clients.clear();
    this.#workers = [];
    return haveClosed && hasClosed && !this.#wasLeftBehind;
  }
}

function hasOwnServer(stores: readonly string[]): boolean {
  return stores.some((store) => TARGETS_OWN_STORES.includes(store));
}

/** Inside `then`, so that a synchronous throw is caught as well. */
function call(client: AnyClient, f: string, input: Json): Promise<Json> {
  const operation = client[f];
  if (typeof operation !== 'function') {
    return Promise.reject(new TypeError(`This target's client has no operation "${f}".`));
  }
  return Promise.resolve(input).then((value) => operation.call(client, value));
}
