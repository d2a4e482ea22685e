import type { StepWire } from '../core/step.js';
import { circleAmong, type Actor } from './actor.js';
import { openRequests, turnOfLoop } from './event-loop.js';
import { type CircleStays, Stuck } from './stuck.js';

export interface QuiescenceOptions {
  readonly wires: readonly StepWire[];
  /** How long a step may take that waits for nobody. */
  readonly answerMs: number;
  /** These clients wait for each other, for so long now. Returns what is to be told where that will not end. */
  readonly sawCircle: (members: readonly number[], waitedMs: number) => CircleStays | undefined;
  /** Where clients live in processes of their own: for how long such a process has to be silent to be taken to rest. */
  readonly silenceMs?: (actor: Actor) => number;
}

/** A step is asked about when its answer is so late, and then ever more rarely. */
const FIRST_ASK_MS = 5;
const LONGEST_ASK_MS = 64;
/** A client that says nothing to the store for so many times so long seems to wait for another one in its own process. */
const QUIET_SLICES = 20;
const SLICE_MS = 10;
/** Turns of the event loop after which code that waits for nothing outside has come to rest. */
const QUIET_TURNS = 3;
/** Between two looks of a process that runs. */
const LONGEST_LOOK_MS = 500;
/** Where a client's process was seen to send several requests at once, the others are waited for so long. */
const TOGETHER_MS = 5;
/** A circle is looked at again after so long: the store may have undone it without an error. */
const CIRCLE_ASK_MS = 50;

/**
 * Knows when nobody runs any more: every client is at a gate, waits, or has ended. Events tell most of it; whether a step
 * waits inside the store is asked of the store, and only when the answer is late.
 */
export class Quiescence {
  /** Clients waited for each other in their own process, as far as their silence tells. */
  sharesMemory = false;
  /** A client sent a request before it was answered another one. */
  speaksInParallel = false;
  #actors: readonly Actor[] = [];
  #failure: Error | undefined;
  #changedAtMs = 0;
  /** Since then, as long as this process ran. */
  #silentMs = 0;
  #lookedAtMs = 0;
  #wake: () => void = () => undefined;

  constructor(private readonly options: QuiescenceOptions) {}

  begin(actors: readonly Actor[]): void {
    this.#actors = actors;
    this.#failure = undefined;
    this.changed();
  }

  /** A client came to a gate, was answered, or ended. */
  changed(): void {
    this.#changedAtMs = this.#lookedAtMs = performance.now();
    this.#silentMs = 0;
    this.#wake();
  }

  /** Whoever waits is told. */
  fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#wake();
  }

  /** Resolves when nobody runs any more. `expectsWait`: the step just let through will wait in the store. */
  async reached(expectsWait: boolean): Promise<void> {
    let askMs = expectsWait ? 0 : FIRST_ASK_MS;
    let askedAtMs = 0;
    let seenAtMs = this.#changedAtMs;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#listen();
      if (seenAtMs !== this.#changedAtMs) {
        seenAtMs = this.#changedAtMs;
        askMs = Math.min(askMs, FIRST_ASK_MS);
      }
      if (this.#actors.some(({ isLeaving }) => isLeaving)) {
        await this.#event(SLICE_MS);
        this.#demandLeave();
      } else if (this.#actors.some(({ isUnknown }) => isUnknown)) {
        const waitedMs = performance.now() - Math.max(this.#changedAtMs, askedAtMs);
        if (this.#actors.some(({ isUnknown, isStale }) => isUnknown && isStale) || waitedMs >= askMs) {
          await this.#ask();
          askedAtMs = performance.now();
          askMs = Math.min(LONGEST_ASK_MS, 2 * Math.max(askMs, FIRST_ASK_MS));
        } else await this.#event(askMs - waitedMs);
        this.#demandAnswer();
      } else if (this.#actors.some(({ isAway }) => isAway)) {
        const away = this.#actors.filter(({ isAway }) => isAway);
        if (!(await this.#rest(away))) await this.#pause(away);
      } else {
        const members = circleAmong(this.#actors);
        if (members.length === 0) {
          if (await this.#isComplete()) return;
          continue;
        }
        // Nobody else can end it: it is waited for, and the store tells by an error whom it chose.
        const stays = this.options.sawCircle(members, this.#silentMs);
        if (stays !== undefined) throw stays;
        if (!(await this.#event(CIRCLE_ASK_MS))) {
          for (const member of members) this.#actors[member]!.isStale = true;
        }
      }
    }
  }

  /** A machine that stood still, asleep or paused, was silent for a moment. */
  #listen(): void {
    const now = performance.now();
    this.#silentMs += Math.min(now - this.#lookedAtMs, LONGEST_LOOK_MS);
    this.#lookedAtMs = now;
  }

  async #ask(): Promise<void> {
    const asked = this.#actors.filter(({ isUnknown }) => isUnknown);
    for (const actor of asked) actor.isStale = false;
    const numbers = this.#actors.map(({ number }) => number);
    for (const wire of this.options.wires) {
      const own = asked.filter(({ outstanding }) => [...outstanding].some((one) => one.wire === wire));
      if (own.length === 0) continue;
      const waiting = await wire.blocked(numbers);
      for (const actor of own) {
        const waitsFor = waiting.get(actor.number);
        actor.waitsForEnded = waitsFor?.some((other) => this.#actors[other]?.hasEnded) ?? false;
        // Something that happened meanwhile may have changed it. Who is no more, since he crashed, is about to let go: that is
        // waited for, so that it always belongs to the same step.
        if (!actor.isStale) actor.waitsFor = actor.waitsForEnded ? undefined : waitsFor;
      }
    }
  }

  #demandAnswer(): void {
    if (this.#silentMs <= this.options.answerMs) return;
    const late = this.#actors.filter(({ isUnknown }) => isUnknown);
    if (late.length === 0) return;
    const words = late.map(({ number, outstanding, waitsForEnded }) => {
      const why = waitsForEnded ? ', who waits for what a client that has ended still holds' : '';
      return `client ${number} (${[...outstanding][0]!.label})${why}`;
    });
    throw new Stuck(
      `the store did not answer ${words.join(' and ')} within ${this.options.answerMs} ms, although no other client can go on before it does`,
    );
  }

  /** Whether there were processes that may go on after their answers: waits for their silence. */
  async #rest(away: readonly Actor[]): Promise<boolean> {
    const { silenceMs } = this.options;
    const leftMs = away.flatMap((actor) =>
      actor.resting === undefined || silenceMs === undefined
        ? []
        : [actor.resting.sinceMs + silenceMs(actor) - performance.now()],
    );
    if (leftMs.length === 0) return false;
    const soonest = Math.min(...leftMs);
    if (soonest > 0 && (await this.#event(soonest))) return true;
    // What had arrived by then is heard.
    await turnOfLoop();
    for (const actor of away) {
      const { resting } = actor;
      if (resting === undefined || !actor.isAway) continue;
      if (resting.sinceMs + silenceMs!(actor) > performance.now()) continue;
      actor.resting = undefined;
      resting.done();
    }
    return true;
  }

  /** Requests that a client's process sends at once come one after the other; they are put in order when all have come. */
  async #isComplete(): Promise<boolean> {
    if (this.options.silenceMs === undefined || !this.speaksInParallel) return true;
    const leftMs = this.#changedAtMs + TOGETHER_MS - performance.now();
    return leftMs <= 0 || !(await this.#event(leftMs));
  }

  /** Waits for clients that run their own code. Whoever has nothing to wait for but another client is seen to wait. */
  async #pause(away: readonly Actor[]): Promise<void> {
    const hasWire = this.options.wires.length > 0;
    // In a process of its own a client can wait for no other one but in the store: it is slow.
    if (this.options.silenceMs !== undefined) {
      await this.#event(SLICE_MS);
      return this.#demandLife(away);
    }
    if (!(await (hasWire ? this.#isQuiet() : this.#isIdle()))) return this.#demandLife(away);
    if (this.#actors.some(({ isAtGate }) => isAtGate)) {
      this.sharesMemory ||= hasWire;
      for (const actor of away) if (actor.isAway) actor.waitsInside = true;
    } else {
      await this.#event(SLICE_MS);
      this.#demandLife(away);
    }
  }

  /** Nobody came to a gate for a while. In slices, each with a look at what arrived: a process that was not run hears late. */
  async #isQuiet(): Promise<boolean> {
    for (let slice = 0; slice < QUIET_SLICES; slice += 1) {
      if (await this.#event(SLICE_MS)) return false;
    }
    return true;
  }

  /** Where nothing crosses a wire, code that waits for no request to the system waits for other code of this process. */
  async #isIdle(): Promise<boolean> {
    const before = this.#changedAtMs;
    for (let turn = 0; turn < QUIET_TURNS; turn += 1) {
      await turnOfLoop();
      if (before !== this.#changedAtMs || this.#failure !== undefined || openRequests() > 0) return false;
    }
    return true;
  }

  #demandLeave(): void {
    if (this.#silentMs <= this.options.answerMs) return;
    const leaving = this.#actors.filter(({ isLeaving }) => isLeaving).map(({ number }) => number);
    throw new Stuck(
      `client ${leaving.join(' and ')} died, and the store did not end its sessions within ${this.options.answerMs} ms`,
    );
  }

  #demandLife(away: readonly Actor[]): void {
    if (this.#silentMs <= this.options.answerMs) return;
    throw new Stuck(
      `client ${away.map(({ number }) => number).join(' and ')} neither spoke to the store nor came to its end within ${this.options.answerMs} ms`,
    );
  }

  /** Whether something happened within the time. */
  #event(withinMs: number): Promise<boolean> {
    if (this.#failure !== undefined) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (happened: boolean) => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve(happened);
      };
      const timer = setTimeout(() => done(false), withinMs);
      this.#wake = () => done(true);
    });
  }
}
