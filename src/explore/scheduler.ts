import type { Duplex } from 'node:stream';
import type { PointName, StoreAddress, Traffic } from '../core/context.js';
import { seededRandom } from '../core/random.js';
import type { Footprint, HeldStep, StepAnswer, StepWire } from '../core/step.js';
import type { ClientOwner } from '../engine/client-owner.js';
import { ApartProcesses } from './apart-processes.js';
import { Circles } from './circles.js';
import { waitersAmong } from './contests.js';
import { turnOfLoop } from './event-loop.js';
import type { Choose, Transition, Victims } from './execution.js';
import { ANYTHING, footprintIn, NOTHING } from './footprints.js';
import { Actor, type Gate, type Outstanding } from './actor.js';
import { OwnedClock } from './clock.js';
import { Quiescence } from './quiescence.js';
import { onlyRepeats } from './repetition.js';
import { ScheduleRecord } from './schedule-record.js';
import { Stuck } from './stuck.js';

/** What a scheduler is given. */
export interface SchedulerOptions {
  /** By store. Empty where everything is in the clients' own process. */
  readonly wires: ReadonlyMap<string, StepWire>;
  readonly seed: string;
  /** How long a step may take that does not wait for another one. */
  readonly answerMs: number;
  /** Each client's code runs in a process of its own. */
  readonly isApart: boolean;
}

/** Who among the actors is what. */
export interface Cast {
  readonly isWorker: (actor: number) => boolean;
  /** It takes no part. */
  readonly isAbsent: (actor: number) => boolean;
  /** Who fails in each circle, in their order. */
  readonly victims: Victims;
  /** So long after a victim began to wait, its circle has to be closed; longer where another circle comes before. */
  readonly withinMs: number;
}

/** One schedule as it went. */
export interface ScheduledRun {
  readonly transitions: readonly Transition[];
  /** Somebody had nothing worth choosing: it was let go unscheduled, and is no evidence. */
  readonly isAbandoned: boolean;
  readonly heldBack: number;
  readonly sharesMemory: boolean;
}

/** A schedule that is longer ends without a verdict. */
const MOST_STEPS = 2_000;

/**
 * Decides which client goes next: waits until every one of them is at a gate, waits in the store, or has ended, then lets one
 * step through. Owns what clients could otherwise learn from the machine: their clock, their sleep, their randomness.
 */
export class Scheduler implements ClientOwner {
  #addresses: ReadonlyMap<string, readonly StoreAddress[]> = new Map();
  #size = 0;
  #actors: Actor[] = [];
  #randoms = new Map<number | undefined, () => number>();
  readonly #clock = new OwnedClock();
  readonly #quiescence: Quiescence;
  readonly #circles: Circles;
  #record = new ScheduleRecord(0);
  #isFree = true;
  /** Of the clients, where each has one. */
  readonly apart: ApartProcesses | undefined;

  constructor(private readonly options: SchedulerOptions) {
    const wires = [...options.wires.values()];
    this.#circles = new Circles(wires, options.answerMs);
    this.#quiescence = new Quiescence({
      ...{ wires, answerMs: options.answerMs },
      sawCircle: (members, waitedMs) => this.#circles.saw(members, waitedMs),
      ...(options.isApart && { silenceMs: (actor: Actor) => this.apart!.silenceMs(actor) }),
    });
    if (options.isApart) this.apart = new ApartProcesses(wires, this.#quiescence);
    for (const wire of wires) {
      wire.onHeld((step) => this.#held(wire, step));
      wire.onWaiting((client) => {
        const actor = this.#actors[client];
        if (actor === undefined || this.#isFree) return;
        actor.isStale = true;
        this.#quiescence.changed();
      });
      wire.onLost((client, reason) => this.#lost(client, reason));
    }
  }

  /** So many clients and workers, each with a way of its own to each store. Before the first of them connects. */
  async seat(actors: number): Promise<void> {
    const addresses = new Map<string, readonly StoreAddress[]>();
    for (const [store, wire] of this.options.wires) {
      const numbers = Array.from({ length: actors }, (_, number) => number);
      addresses.set(store, await Promise.all(numbers.map((number) => wire.addressOf(number))));
    }
    this.#addresses = addresses;
    this.#size = actors;
    this.#begin();
  }

  /** After `seat`: each client's way to what is its own and crosses no wire. */
  lead(store: string, addresses: readonly StoreAddress[]): void {
    this.#addresses = new Map([...this.#addresses, [store, addresses]]);
  }

  /** Of this client, to every store that has a wire. */
  addressesOf(client: number): readonly StoreAddress[] {
    return [...this.options.wires.keys()].flatMap((store) => this.#addresses.get(store)?.[client] ?? []);
  }

  /** A client sent several requests at once: which of them is first is not the scheduler's choice. */
  get speaksInParallel(): boolean {
    return this.#quiescence.speaksInParallel;
  }

  /** Before what comes next is prepared: that, too, is told the time and draws, and must be told the same in each schedule. */
  rewind(): void {
    this.#clock.begin();
    this.#randoms = new Map();
  }

  /** How often more has come to depend on each other than before. */
  get dependenceGrown(): number {
    return [...this.options.wires.values()].reduce(
      (sum, wire) => sum + wire.dependenceGrown,
      this.#clock.grown,
    );
  }

  /** Actors whose session was left in something else than rest, as the store's last answer to each told. */
  get unsettled(): readonly number[] {
    return this.#actors.filter(({ isUnsettled }) => isUnsettled).map(({ number }) => number);
  }

  /**
   * Carries out one schedule. `go` starts the clients; `settle` is called when all of them, without the workers, have ended,
   * and tells the workers to rest. Throws Stuck.
   */
  async run(
    choose: Choose,
    { isWorker, isAbsent, victims, withinMs }: Cast,
    go: () => Promise<unknown>,
    settle: () => Promise<unknown>,
  ): Promise<ScheduledRun> {
    this.apart?.demandNoStray();
    this.#begin();
    this.#circles.begin(victims, withinMs);
    for (const actor of this.#actors) actor.hasEnded = isAbsent(actor.number);
    this.#isFree = false;
    for (const wire of this.options.wires.values()) wire.hold(true);
    let isSettling = false;
    let settled: Promise<unknown> = Promise.resolve();
    const going = go();
    going.catch((error: unknown) => this.#quiescence.fail(error));
    let heldBack = 0;
    let isAbandoned = false;
    let expectsWait = false;
    for (;;) {
      await this.#quiescence.reached(expectsWait);
      if (!isSettling && this.#actors.every(({ hasEnded, number }) => hasEnded || isWorker(number))) {
        isSettling = true;
        await going;
        settled = settle();
        settled.catch((error: unknown) => this.#quiescence.fail(error));
        // The workers are told in a turn of their own, and always before the next choice.
        if (this.#actors.some(({ hasEnded }) => !hasEnded)) await turnOfLoop();
        continue;
      }
      if (this.#actors.every(({ hasEnded }) => hasEnded)) break;
      if (this.#actors.some(({ isAway }) => isAway)) continue;
      this.#closeStep();
      const { enabled, held, cut } = this.#enabled();
      if (cut) heldBack += 1;
      this.#record.enables(enabled);
      if (enabled.length === 0) {
        const inside = this.#actors.filter(({ waitsInside }) => waitsInside);
        if (inside.length === 0) throw new Stuck(this.#whyNobodyCanGo());
        // Nobody is left for whom they could wait: they are given the time to come by themselves.
        for (const actor of inside) actor.waitsInside = false;
        continue;
      }
      if (this.#record.place >= MOST_STEPS) {
        throw new Stuck(`a schedule did not come to its end within ${MOST_STEPS} steps`);
      }
      const choice = choose({
        place: this.#record.place,
        enabled,
        heldBack: held,
        labels: new Map(enabled.map((number) => [number, this.#actors[number]!.gates[0]!.label])),
        before: this.#record.transitions,
      });
      if (choice === undefined) {
        isAbandoned = true;
        this.apart?.prepares(true);
        this.free();
        await going;
        await (isSettling ? settled : settle());
        await this.apart?.calm();
        break;
      }
      expectsWait = choice.expectsWait ?? false;
      await this.#step(choice.client, enabled);
    }
    await settled;
    this.#closeStep();
    if (!isAbandoned) this.apart?.scheduleOver();
    this.free();
    for (const { leftBehind } of this.options.wires.values()) {
      if (leftBehind !== undefined) throw new Stuck(leftBehind);
    }
    return {
      transitions: this.#record.transitions,
      isAbandoned,
      heldBack,
      sharesMemory: this.#quiescence.sharesMemory,
    };
  }

  address(client: number, address: StoreAddress): StoreAddress {
    return this.#addresses.get(address.store)?.[client] ?? address;
  }

  socket(client: number, store: string, traffic: Traffic): Duplex | undefined {
    return this.options.wires.get(store)?.socket?.(client, traffic);
  }

  now(): number {
    this.#record.touched(this.#clock.goneBy);
    return this.#clock.read();
  }

  random(client: number | undefined): number {
    // What is nobody's is everybody's: who draws first has the first number.
    if (client === undefined) this.#record.touched(ANYTHING);
    const known =
      this.#randoms.get(client) ?? seededRandom(`${this.options.seed}/client/${client ?? 'none'}`);
    this.#randoms.set(client, known);
    return known();
  }

  async begin(client: number, f: string): Promise<void> {
    const actor = this.#actors[client]!;
    const apart = this.apart;
    if (apart !== undefined && actor.hasBegun && !this.#isFree) {
      await new Promise<void>((done) => apart.rest(actor, done));
    }
    await this.#gate(client, 'begin', f, undefined, () => (actor.hasBegun = true));
  }

  point(client: number, name: PointName): Promise<void> {
    return this.#stepsInside ? this.#gate(client, 'point', `at the point ${name}`) : Promise.resolve();
  }

  sleep(client: number, ms: number, signal: AbortSignal): Promise<void> {
    this.#record.touched(this.#clock.goneBy);
    const dueMs = this.#clock.after(ms);
    return this.#gate(client, 'sleep', `sleeps`, signal, () => this.#clock.passTo(dueMs));
  }

  /** What a client has locked is there until it dies, and between its last answer and its end others may go. */
  mayDie(client: number, name: PointName): Promise<void> {
    return this.#stepsInside ? Promise.resolve() : this.#gate(client, 'crash', `dies at the point ${name}`);
  }

  crashed(client: number): void {
    if (this.#isFree) return;
    const actor = this.#actors[client]!;
    actor.isLeaving = true;
    const leave = async (wire: StepWire) =>
      (await wire.leave(client)).map((footprint) => footprintIn(wire, footprint));
    void Promise.all([...this.options.wires.values()].map(leave)).then(
      (left) => {
        for (const footprint of left.flat()) this.#record.touched(footprint);
        this.#doubtWaits();
        actor.isLeaving = false;
        this.#quiescence.changed();
      },
      (error: unknown) => this.#quiescence.fail(error),
    );
  }

  ended(client: number): void {
    const actor = this.#actors[client]!;
    const end = () => {
      actor.hasEnded = true;
      this.#quiescence.changed();
    };
    if (this.apart === undefined || this.#isFree) end();
    else this.apart.rest(actor, end);
  }

  /** Where there is no wire, what clients share is in their own process, and only there they can be held. */
  get #stepsInside(): boolean {
    return this.options.wires.size === 0;
  }

  #begin(): void {
    this.#actors = Array.from({ length: this.#size }, (_, number) => new Actor(number));
    this.#record = new ScheduleRecord(this.#size);
    this.rewind();
    this.#quiescence.begin(this.#actors);
    this.apart?.begin(this.#actors);
  }

  #gate(
    client: number,
    kind: Gate['kind'],
    label: string,
    signal?: AbortSignal,
    onRelease: () => void = () => undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const actor = this.#actors[client]!;
      const abort = () => {
        actor.gates.splice(actor.gates.indexOf(gate), 1);
        reject(signal?.reason as Error);
        this.#quiescence.changed();
      };
      const gate: Gate = {
        ...{ kind, label },
        release: () => {
          signal?.removeEventListener('abort', abort);
          onRelease();
          resolve();
          return undefined;
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      // In a turn of its own, so that a loop that sleeps cannot keep out everything else.
      if (this.#isFree) setImmediate(() => gate.release());
      else this.#atGate(actor, gate);
    });
  }

  #held(wire: StepWire, step: HeldStep): void {
    const actor = this.#actors[step.client]!;
    const { label, connection } = step;
    if (this.apart?.isExpected(wire, actor, step) === false) return;
    // On one connection the next request may be heard before its client's answer to the last one is taken note of.
    const isElsewhere = (one: Outstanding) => one.wire !== wire || one.connection !== connection;
    if ([...actor.outstanding].some(isElsewhere) || actor.gates.some(({ kind }) => kind === 'request')) {
      this.#quiescence.speaksInParallel = true;
    }
    this.#atGate(actor, {
      kind: 'request',
      label,
      release: () => {
        this.#circles.prepare(actor.number);
        const answered = step.release();
        const { place } = this.#record;
        const outstanding = { wire, label, connection, footprint: footprintIn(wire, step.footprint), place };
        actor.outstanding.add(outstanding);
        void answered.then((answer) => this.#answer(actor, outstanding, answer));
      },
    });
  }

  #atGate(actor: Actor, gate: Gate): void {
    if (this.#isFree) return void gate.release();
    actor.waitsInside = false;
    actor.gates.push(gate);
    // Which of several comes first is luck.
    if (this.apart !== undefined && actor.gates.every(({ kind }) => kind === 'request')) {
      actor.gates.sort((one, other) => (one.label < other.label ? -1 : one.label > other.label ? 1 : 0));
    }
    this.#quiescence.changed();
  }

  #answer(actor: Actor, outstanding: Outstanding, answer: StepAnswer): void {
    if (!actor.outstanding.delete(outstanding)) return;
    actor.waitsFor = undefined;
    actor.isStale = false;
    actor.told(outstanding, answer.status);
    if (actor.resting !== undefined) actor.resting.sinceMs = performance.now();
    const { ended, circle } = answer;
    const footprint = footprintIn(outstanding.wire, answer.footprint);
    // What it touched is known better now; where it has waited it was at work before as well.
    const footprints =
      outstanding.place === this.#record.place ? [footprint] : [outstanding.footprint, footprint];
    this.#doubtWaits();
    this.#record.answered(actor.number, outstanding.label, answer, footprints);
    if (circle !== undefined && circle.length > 1 && !this.#isFree) {
      const wrong = this.#circles.undone(circle, actor.number);
      if (wrong !== undefined) this.#quiescence.fail(wrong);
    }
    if (ended === 'connection-lost') this.#lost(actor.number, 'before its answer was complete');
    this.#quiescence.changed();
  }

  /** Whoever was answered, or died, may have let others go on: who stands before whom in the queue for a lock is in no footprint. */
  #doubtWaits(): void {
    for (const actor of this.#actors) actor.isStale ||= actor.outstanding.size > 0;
  }

  #lost(client: number, reason: string): void {
    if (this.#isFree) return;
    this.#quiescence.fail(
      new Stuck(`a connection of client ${client} was lost at step ${this.#record.place + 1}: ${reason}`),
    );
  }

  /** Everybody goes on as he can. */
  free(): void {
    this.#isFree = true;
    this.#circles.letGo(this.#actors.map(({ number }) => number));
    for (const actor of this.#actors) {
      for (const gate of actor.gates.splice(0)) gate.release();
      actor.resting?.done();
      actor.resting = undefined;
    }
    for (const wire of this.options.wires.values()) wire.hold(false);
  }

  /** Lets the client's step through. Its transition is complete when everybody has come to rest. */
  async #step(client: number, enabledBefore: readonly number[]): Promise<void> {
    const actor = this.#actors[client]!;
    for (const other of this.#actors) other.waitsInside = false;
    const waiters = waitersAmong(this.#actors);
    let gate = actor.gates.shift()!;
    if (gate.kind === 'begin' && !this.#stepsInside) {
      gate.release();
      await this.#quiescence.reached(false);
      // To begin touches nothing of a store: the first request is what a client begins with.
      if (actor.gates[0]?.kind === 'request') gate = actor.gates.shift()!;
      else {
        this.#record.open({ client, kind: 'begin', label: gate.label, enabledBefore, waiters });
        return this.#record.passed(NOTHING);
      }
    }
    const { kind, label } = gate;
    this.#record.open({ client, kind, label, enabledBefore, waiters });
    if (kind !== 'request') this.#record.passed(this.#insideOf(kind));
    gate.release();
  }

  #closeStep(): void {
    const { client } = this.#record;
    if (client === undefined) return;
    const { circles, isOpen } = this.#circles.take();
    const outstanding = [...this.#actors[client]!.outstanding].map(({ footprint }) => footprint);
    this.#record.close({ outstanding, circles, hasOpenCircle: isOpen });
  }

  /** What a step touches that is none of a store. */
  #insideOf(kind: Gate['kind']): Footprint {
    if (this.#stepsInside) return ANYTHING;
    return kind === 'sleep' ? this.#clock.set : NOTHING;
  }

  /** Who can go next, and who is held back because he would only repeat himself. */
  #enabled(): { enabled: readonly number[]; held: readonly number[]; cut: boolean } {
    const atGate = this.#actors.filter(({ isAtGate }) => isAtGate).map(({ number }) => number);
    const { transitions } = this.#record;
    const held = atGate.filter((number) =>
      onlyRepeats(number, this.#record.pastOf(number), transitions, this.#actors.length),
    );
    const enabled = atGate.filter((number) => !held.includes(number));
    // Nobody else can change anything: perhaps time can.
    if (enabled.length === 0) return { enabled: atGate, held: [], cut: false };
    return { enabled, held, cut: held.length > 0 };
  }

  #whyNobodyCanGo(): string {
    const words = this.#actors
      .filter(({ hasEnded }) => !hasEnded)
      .map(({ number, waitsFor, outstanding }) =>
        outstanding.size > 0
          ? `client ${number} waits in the store for ${waitsFor?.map((other) => `client ${other}`).join(' and ')} (${[...outstanding][0]!.label})`
          : `client ${number} waits in its own process`,
      );
    return `after ${this.#record.place} steps nobody can go on: ${words.join('; ')}`;
  }
}
