import { setTimeout as wait } from 'node:timers/promises';
import type { HeldStep, PassedStep, StepWire } from '../core/step.js';
import type { Actor } from './actor.js';
import { AfterAnswer } from './after-answer.js';
import { Stuck } from './stuck.js';

/** What is to be told of what is seen of them. */
export interface ApartEvents {
  /** A client came to rest, or is no longer at rest. */
  changed(): void;
  fail(error: Stuck): void;
}

/**
 * The processes of clients that have one each: which of their statements belong to an operation, and when they have come to rest. What
 * one sends while nothing was asked of it is nobody's step. It would come into any schedule, or into the beginning of the next one.
 */
export class ApartProcesses {
  #actors: readonly Actor[] = [];
  readonly #afterAnswer = new AfterAnswer();
  /** Steps are not held, and the processes are asked for something: a reset. */
  #isPreparing = true;
  #stray: string | undefined;

  constructor(
    private readonly wires: readonly StepWire[],
    private readonly events: ApartEvents,
  ) {
    for (const wire of wires) wire.onPassed((step) => this.#passed(wire, step));
  }

  begin(actors: readonly Actor[]): void {
    this.#actors = actors;
  }

  /** One was followed to its end. */
  scheduleOver(): void {
    this.#afterAnswer.scheduleOver();
  }

  /** Whether the processes may be asked for something while steps are not held. At the start they may. */
  prepares(on: boolean): void {
    this.#isPreparing = on;
  }

  /** Throws Stuck where one sent something while nothing was asked of it. */
  demandNoStray(): void {
    if (this.#stray !== undefined) throw new Stuck(this.#stray);
  }

  /** It has answered its client: `done` is called when it has come to rest. */
  rest(actor: Actor, done: () => void): void {
    if (actor.isAtGate || actor.outstanding.size > 0) this.#afterAnswer.spoke(0);
    actor.resting = { sinceMs: performance.now(), done };
    this.events.changed();
  }

  /** For how long it has to be silent to have come to rest. */
  silenceMs(actor: Actor): number {
    // It was answered inside a transaction: that is about to end, or was forgotten.
    if (actor.isUnsettled) return this.#afterAnswer.longestMs;
    return this.#afterAnswer.silenceMs(this.#actors.every((one) => one === actor || one.hasEnded));
  }

  /**
   * Whether it is a step of an operation. What comes while its client has none under way is let through if it touches nothing, such as a
   * sign of life; after the client's last answer it belongs to that all the same.
   */
  isExpected(wire: StepWire, actor: Actor, step: HeldStep): boolean {
    const { hasBegun, hasEnded, resting } = actor;
    if ((!hasBegun || hasEnded || resting !== undefined) && !wire.isNoticeable(step.footprint)) {
      void step.release();
      return false;
    }
    if (!hasBegun) {
      this.events.fail(new Stuck(strayWords(step)));
      return false;
    }
    const now = performance.now();
    if (resting !== undefined) {
      this.#afterAnswer.spoke(now - resting.sinceMs);
      resting.sinceMs = now;
    }
    if (hasEnded) {
      this.#afterAnswer.spokeLate();
      actor.hasEnded = false;
      this.rest(actor, () => (actor.hasEnded = true));
    }
    return true;
  }

  /** All were let go: resolves when what they had begun has ended, or seems to last. */
  async calm(): Promise<void> {
    const untilMs = performance.now() + this.#afterAnswer.longestMs;
    const isAtWork = () =>
      this.wires.some((wire) => wire.connections().some(({ state }) => state !== 'idle'));
    do await wait(this.#afterAnswer.silenceMs(true));
    while (isAtWork() && performance.now() < untilMs);
  }

  #passed(wire: StepWire, step: PassedStep): void {
    if (!this.#isPreparing && wire.isNoticeable(step.footprint)) this.#stray ??= strayWords(step);
  }
}

function strayWords({ client, label }: PassedStep): string {
  return `the process of client ${client} sent "${label}" to the store while its client had no operation under way: a job, a timer, or what goes on after an answer cannot be scheduled, and would come into any schedule (switch it off for the test)`;
}
