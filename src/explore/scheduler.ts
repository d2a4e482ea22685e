import type { Duplex } from 'node:stream';
import type { PointName, StoreAddress, Traffic } from '../core/context.js';
import { seededRandom } from '../core/random.js';
import type { Footprint, HeldStep, StepAnswer, StepWire } from '../core/step.js';
import { monotonicNs } from '../engine/clock.js';
import type { ClientOwner } from '../engine/client-owner.js';
import { contestsAmong, waitersAmong, type Waiter, type Woken } from './contests.js';
import { turnOfLoop } from './event-loop.js';
import type { Answered, Choose, Transition, Victims } from './execution.js';
import { ANYTHING, dependentFootprints, footprintIn, NOTHING } from './footprints.js';
import { Actor, type Gate, type Outstanding } from './actor.js';
import { OwnedClock } from './clock.js';
import { Quiescence, Stuck } from './quiescence.js';
import { VictimChoice } from './victim-choice.js';
import { repetitionOf, type PastStep } from './repetition.js';

/** What a scheduler is given. */
export interface SchedulerOptions {
  /** By store. Empty where everything is in the clients' own process. */
  readonly wires: ReadonlyMap<string, StepWire>;
  readonly seed: string;
  /** How long a step may take that does not wait for another one. */
  readonly answerMs: number;
}

/** Who among the actors is what. */
export interface Cast {
  readonly isWorker: (actor: number) => boolean;
  /** It takes no part. */
  readonly isAbsent: (actor: number) => boolean;
  /** Who fails in each circle, in their order. */
  readonly victims: Victims;
  /** So long after a victim began to wait, its circle has to be closed. */
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
  #pasts: PastStep[][] = [];
  #randoms = new Map<number | undefined, () => number>();
  readonly #clock = new OwnedClock();
  readonly #quiescence: Quiescence;
  readonly #victims: VictimChoice;
  #open: OpenTransition | undefined;
  #isFree = true;
  #transitions: Transition[] = [];
  #answered: Answered[] = [];
  #woken: Woken[] = [];
  #footprints: Footprint[] = [];
  /** Circles of which the store told with the error of whom it chose. */
  #told: (readonly number[])[] = [];

  constructor(private readonly options: SchedulerOptions) {
    this.#quiescence = new Quiescence({ wires: [...options.wires.values()], answerMs: options.answerMs });
    this.#victims = new VictimChoice([...options.wires.values()], options.answerMs);
    this.#quiescence.leaves = (circle) =>
      this.#victims.isTooLate(circle, (client) => [...this.#actors[client]!.outstanding][0]?.place);
    for (const wire of options.wires.values()) {
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
    return this.#actors
      .filter(({ status }) => status !== undefined && status !== 'idle')
      .map(({ number }) => number);
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
    this.#begin();
    this.#victims.begin(victims, withinMs);
    this.#quiescence.circleMs = this.#victims.circleMs;
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
      this.#sawCircles(await this.#quiescence.reached(expectsWait));
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
      this.#closeTransition();
      const { enabled, held, cut } = this.#enabled();
      if (cut) heldBack += 1;
      this.#noteEnabled(enabled);
      if (enabled.length === 0) {
        const inside = this.#actors.filter(({ waitsInside }) => waitsInside);
        if (inside.length === 0) throw new Stuck(this.#whyNobodyCanGo());
        // Nobody is left for whom they could wait: they are given the time to come by themselves.
        for (const actor of inside) actor.waitsInside = false;
        continue;
      }
      if (this.#transitions.length >= MOST_STEPS) {
        throw new Stuck(`a schedule did not come to its end within ${MOST_STEPS} steps`);
      }
      const choice = choose({
        place: this.#transitions.length,
        enabled,
        heldBack: held,
        labels: new Map(enabled.map((number) => [number, this.#actors[number]!.gates[0]!.label])),
        before: this.#transitions,
      });
      if (choice === undefined) {
        isAbandoned = true;
        this.free();
        await going;
        await (isSettling ? settled : settle());
        break;
      }
      expectsWait = choice.expectsWait ?? false;
      await this.#step(choice.client, enabled);
    }
    await settled;
    this.#closeTransition();
    this.free();
    return {
      transitions: this.#transitions,
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
    this.#touched(this.#clock.goneBy);
    return this.#clock.read();
  }

  random(client: number | undefined): number {
    const known =
      this.#randoms.get(client) ?? seededRandom(`${this.options.seed}/client/${client ?? 'none'}`);
    this.#randoms.set(client, known);
    return known();
  }

  begin(client: number, f: string): Promise<void> {
    return this.#gate(client, 'begin', f);
  }

  point(client: number, name: PointName): Promise<void> {
    return this.#stepsInside ? this.#gate(client, 'point', `at the point ${name}`) : Promise.resolve();
  }

  sleep(client: number, ms: number, signal: AbortSignal): Promise<void> {
    this.#touched(this.#clock.goneBy);
    const dueMs = this.#clock.after(ms);
    return this.#gate(client, 'sleep', `sleeps`, signal, () => this.#clock.passTo(dueMs));
  }

  ended(client: number): void {
    this.#actors[client]!.hasEnded = true;
    this.#quiescence.changed();
  }

  /** Where there is no wire, what clients share is in their own process, and only there they can be held. */
  get #stepsInside(): boolean {
    return this.options.wires.size === 0;
  }

  #begin(): void {
    this.#actors = Array.from({ length: this.#size }, (_, number) => new Actor(number));
    this.#pasts = this.#actors.map(() => []);
    this.rewind();
    this.#transitions = [];
    this.#answered = [];
    this.#woken = [];
    this.#footprints = [];
    this.#told = [];
    this.#open = undefined;
    this.#quiescence.begin(this.#actors);
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
    const { label } = step;
    this.#atGate(actor, {
      kind: 'request',
      label,
      release: () => {
        const answered = step.release();
        const place = this.#transitions.length;
        const outstanding = { wire, label, footprint: footprintIn(wire, step.footprint), place };
        actor.outstanding.add(outstanding);
        void answered.then((answer) => this.#answer(actor, outstanding, answer));
      },
    });
  }

  #atGate(actor: Actor, gate: Gate): void {
    if (this.#isFree) return void gate.release();
    actor.waitsInside = false;
    actor.gates.push(gate);
    this.#quiescence.changed();
  }

  #answer(actor: Actor, outstanding: Outstanding, answer: StepAnswer): void {
    if (!actor.outstanding.delete(outstanding)) return;
    actor.waitsFor = undefined;
    actor.isStale = false;
    actor.status = answer.status;
    const { label, digest, content, ended, errorCode, circle } = answer;
    const place = this.#transitions.length;
    const footprint = footprintIn(outstanding.wire, answer.footprint);
    // What it touched is known better now; where it has waited it was at work before as well.
    const footprints = outstanding.place === place ? [footprint] : [outstanding.footprint, footprint];
    // Whatever was answered may have let others go on: who stands before whom in the queue for a lock is in no footprint.
    for (const other of this.#actors) other.isStale ||= other.outstanding.size > 0;
    this.#answered.push({ client: actor.number, label, digest, content });
    this.#woken.push({ client: actor.number, failed: errorCode !== undefined });
    this.#footprints.push(...footprints);
    this.#pasts[actor.number]!.push({ kind: 'request', label: outstanding.label, digest, footprints, place });
    if (circle !== undefined && circle.length > 1) this.#told.push(circle);
    if (ended === 'connection-lost') this.#lost(actor.number, 'before its answer was complete');
    this.#quiescence.changed();
  }

  #lost(client: number, reason: string): void {
    if (this.#isFree) return;
    this.#quiescence.fail(
      new Stuck(
        `a connection of client ${client} was lost at step ${this.#transitions.length + 1}: ${reason}`,
      ),
    );
  }

  /** The store may have undone a circle before anybody asked who waits. */
  #sawCircles(seen: readonly (readonly number[])[]): void {
    const isNew = (told: readonly number[]) => !seen.some((circle) => circle.join() === told.join());
    const circles = [...seen, ...this.#told.splice(0).filter(isNew)];
    const [circle] = circles;
    if (circle === undefined) return;
    const hasMoreCircles = circles.length > 1 || this.#open?.circle !== undefined;
    if (this.#open !== undefined) this.#open = { circle, ...this.#open, hasMoreCircles };
    this.#victims.passed(circles.length, this.#transitions.length);
    this.#quiescence.circleMs = this.#victims.circleMs;
  }

  /** Everybody goes on as he can. */
  free(): void {
    this.#isFree = true;
    for (const actor of this.#actors) for (const gate of actor.gates.splice(0)) gate.release();
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
      this.#sawCircles(await this.#quiescence.reached(false));
      // To begin touches nothing of a store: the first request is what a client begins with.
      if (actor.gates[0]?.kind === 'request') gate = actor.gates.shift()!;
      else {
        const { label } = gate;
        this.#open = { client, kind: 'begin', label, enabledBefore, waiters, atNs: monotonicNs() };
        return this.#passed(this.#open, NOTHING);
      }
    }
    const { kind, label } = gate;
    this.#open = { client, kind, label, enabledBefore, waiters, atNs: monotonicNs() };
    if (kind !== 'request') this.#passed(this.#open, this.#insideOf(kind));
    gate.release();
  }

  /** What a step touches that is none of a store. */
  #insideOf(kind: Gate['kind']): Footprint {
    if (this.#stepsInside) return ANYTHING;
    return kind === 'sleep' ? this.#clock.set : NOTHING;
  }

  /** In the code of whoever runs now. */
  #touched(footprint: Footprint): void {
    if (this.#open !== undefined && !this.#footprints.includes(footprint)) this.#footprints.push(footprint);
  }

  #passed({ client, kind, label }: OpenTransition, footprint: Footprint): void {
    this.#footprints.push(footprint);
    const place = this.#transitions.length;
    this.#pasts[client]!.push({ kind, label, digest: '', footprints: [footprint], place });
  }

  #closeTransition(): void {
    if (this.#open === undefined) return;
    const { client, kind, label, circle, hasMoreCircles, waiters, atNs } = this.#open;
    const { outstanding } = this.#actors[client]!;
    const contests = waiters.length < 2 ? [] : contestsAmong(waiters, this.#woken, dependentFootprints);
    for (const { footprint } of outstanding) this.#footprints.push(footprint);
    this.#transitions.push({
      client,
      kind,
      label,
      atNs,
      footprints: this.#footprints,
      // Two that were let go on together are answered in either order: that tells nothing.
      answered: this.#answered.sort((one, other) => one.client - other.client),
      waits: outstanding.size > 0,
      enables: [],
      ...(circle && { circle }),
      ...(hasMoreCircles && { hasMoreCircles }),
      ...(contests.length > 0 && { contests }),
    });
    this.#answered = [];
    this.#woken = [];
    this.#footprints = [];
  }

  #noteEnabled(enabled: readonly number[]): void {
    const last = this.#transitions.at(-1);
    if (this.#open === undefined || last === undefined) return;
    const { client, enabledBefore } = this.#open;
    const enables = enabled.filter((other) => other !== client && !enabledBefore.includes(other));
    this.#transitions[this.#transitions.length - 1] = { ...last, enables };
    this.#open = undefined;
  }

  /** Who can go next, and who is held back because he would only repeat himself. */
  #enabled(): { enabled: readonly number[]; held: readonly number[]; cut: boolean } {
    const atGate = this.#actors.filter(({ isAtGate }) => isAtGate).map(({ number }) => number);
    const held = atGate.filter((number) => this.#repeats(number));
    const enabled = atGate.filter((number) => !held.includes(number));
    // Nobody else can change anything: perhaps time can.
    if (enabled.length === 0) return { enabled: atGate, held: [], cut: false };
    return { enabled, held, cut: held.length > 0 };
  }

  /**
   * A client that goes round in a circle is not let go again until somebody else did something on which its round depends:
   * the same would be answered. One that has gone round more often than there are clients waits for all who do not.
   */
  #repeats(number: number): boolean {
    const repetition = repetitionOf(this.#pasts[number]!, dependentFootprints);
    if (repetition === undefined) return false;
    const { round, times } = repetition;
    if (times > this.#actors.length) return true;
    return !round.some(({ place, footprints }) =>
      this.#transitions
        .slice(place + 1)
        .some(
          (step) =>
            step.client !== number &&
            step.footprints.some((one) => footprints.some((other) => dependentFootprints(one, other))),
        ),
    );
  }

  #whyNobodyCanGo(): string {
    const words = this.#actors
      .filter(({ hasEnded }) => !hasEnded)
      .map(({ number, waitsFor, outstanding }) =>
        outstanding.size > 0
          ? `client ${number} waits in the store for ${waitsFor?.map((other) => `client ${other}`).join(' and ')} (${[...outstanding][0]!.label})`
          : `client ${number} waits in its own process`,
      );
    return `after ${this.#transitions.length} steps nobody can go on: ${words.join('; ')}`;
  }
}

/** A step that was let through, and what it leads to is not known yet. */
interface OpenTransition {
  readonly client: number;
  readonly kind: Gate['kind'];
  readonly label: string;
  readonly enabledBefore: readonly number[];
  readonly waiters: readonly Waiter[];
  readonly atNs: bigint;
  readonly circle?: readonly number[];
  readonly hasMoreCircles?: boolean;
}
