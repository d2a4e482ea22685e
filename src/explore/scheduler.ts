import type { StepWire } from '../core/step.js';
import type { ClientOwner } from '../engine/client-owner.js';
import type { Actor } from './actor.js';
import { Actors } from './actors.js';
import { ApartProcesses } from './apart-processes.js';
import { Circles } from './circles.js';
import { OwnedClock } from './clock.js';
import { turnOfLoop } from './event-loop.js';
import type { Choose, Transition, Victims } from './execution.js';
import { Gates } from './gates.js';
import { OwnedClients } from './owned-clients.js';
import { Quiescence } from './quiescence.js';
import { OwnedRandomness } from './randomness.js';
import { ScheduleRecord } from './schedule-record.js';
import { StepUnderWay } from './step-under-way.js';
import { StoreRequests } from './store-requests.js';
import { Stuck } from './stuck.js';
import { Ways } from './ways.js';
import { whoCanGo, whyNobodyCanGo } from './who-can-go.js';

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
 * step through.
 */
export class Scheduler {
  #size = 0;
  readonly #actors = new Actors();
  readonly #record = new ScheduleRecord();
  readonly #clock = new OwnedClock();
  readonly #randomness: OwnedRandomness;
  readonly #quiescence: Quiescence;
  readonly #circles: Circles;
  readonly #gates: Gates;
  readonly #step: StepUnderWay;
  readonly ways: Ways;
  /** What the clients' host is given. */
  readonly owner: ClientOwner;
  /** Of the clients, where each has one. */
  readonly apart: ApartProcesses | undefined;

  constructor(private readonly options: SchedulerOptions) {
    const { answerMs, isApart, seed } = options;
    const wires = [...options.wires.values()];
    this.ways = new Ways(options.wires);
    this.#randomness = new OwnedRandomness(seed);
    this.#circles = new Circles(wires, answerMs);
    this.#quiescence = new Quiescence({
      ...{ wires, answerMs },
      sawCircle: (members, waitedMs) => this.#circles.saw(members, waitedMs),
      ...(isApart && { silenceMs: (actor: Actor) => this.apart!.silenceMs(actor) }),
    });
    if (isApart) this.apart = new ApartProcesses(wires, this.#quiescence);
    this.#gates = new Gates({
      ...{ actors: this.#actors, wires, ordersRequests: isApart },
      changed: () => this.#quiescence.changed(),
    });
    const parts = {
      ...{ wires, ways: this.ways, actors: this.#actors, record: this.#record, gates: this.#gates },
      ...{ clock: this.#clock, randomness: this.#randomness, circles: this.#circles },
      ...{ quiescence: this.#quiescence, apart: this.apart },
    };
    this.#step = new StepUnderWay(parts);
    this.owner = new OwnedClients({ ...parts, requests: new StoreRequests(parts) });
  }

  /** So many clients and workers, each with a way of its own to each store. Before the first of them connects. */
  async seat(actors: number): Promise<void> {
    await this.ways.open(actors);
    this.#size = actors;
    this.#begin();
  }

  /** A client sent several requests at once: which of them is first is not the scheduler's choice. */
  get speaksInParallel(): boolean {
    return this.#quiescence.speaksInParallel;
  }

  /** Before what comes next is prepared: that, too, is told the time and draws, and must be told the same in each schedule. */
  rewind(): void {
    this.#clock.begin();
    this.#randomness.begin();
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
    return this.#actors.all.filter(({ isUnsettled }) => isUnsettled).map(({ number }) => number);
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
    for (const actor of this.#actors.all) actor.hasEnded = isAbsent(actor.number);
    this.#gates.close();
    let isSettling = false;
    let settled: Promise<unknown> = Promise.resolve();
    const going = go();
    going.catch((error: unknown) => this.#quiescence.fail(error));
    let heldBack = 0;
    let isAbandoned = false;
    let expectsWait = false;
    for (;;) {
      await this.#quiescence.reached(expectsWait);
      if (!isSettling && this.#actors.all.every(({ hasEnded, number }) => hasEnded || isWorker(number))) {
        isSettling = true;
        await going;
        settled = settle();
        settled.catch((error: unknown) => this.#quiescence.fail(error));
        // The workers are told in a turn of their own, and always before the next choice.
        if (this.#actors.all.some(({ hasEnded }) => !hasEnded)) await turnOfLoop();
        continue;
      }
      if (this.#actors.all.every(({ hasEnded }) => hasEnded)) break;
      if (this.#actors.all.some(({ isAway }) => isAway)) continue;
      this.#step.end();
      const { enabled, held } = whoCanGo(this.#actors.all, this.#record);
      if (held.length > 0) heldBack += 1;
      this.#record.enables(enabled);
      if (enabled.length === 0) {
        const inside = this.#actors.all.filter(({ waitsInside }) => waitsInside);
        if (inside.length === 0) throw new Stuck(whyNobodyCanGo(this.#actors.all, this.#record.place));
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
        labels: new Map(enabled.map((number) => [number, this.#actors.of(number).gates[0]!.label])),
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
      await this.#step.letThrough(choice.client, enabled);
    }
    await settled;
    this.#step.end();
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

  /** Everybody goes on as he can. */
  free(): void {
    this.#circles.letGo(this.#actors.all.map(({ number }) => number));
    this.#gates.open();
  }

  #begin(): void {
    this.#actors.begin(this.#size);
    this.#record.begin(this.#size);
    this.rewind();
    this.#quiescence.begin(this.#actors.all);
    this.apart?.begin(this.#actors.all);
  }
}
