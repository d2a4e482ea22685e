import type { Footprint, StepAnswer } from '../core/step.js';
import { monotonicNs } from '../engine/clock.js';
import { contestsAmong, type Waiter, type Woken } from './contests.js';
import type { Answered, Circle, StepKind, Transition } from './execution.js';
import { dependentFootprints } from './footprints.js';
import type { PastStep } from './repetition.js';

/** A step that was let through, and what it leads to is not known yet. */
export interface OpenStep {
  readonly client: number;
  readonly kind: StepKind;
  readonly label: string;
  readonly enabledBefore: readonly number[];
  readonly waiters: readonly Waiter[];
}

/** What a step came to, once everybody has come to rest. */
export interface StepEnd {
  /** Of requests of its client that have no answer yet. */
  readonly outstanding: readonly Footprint[];
  readonly circles: readonly Circle[];
  readonly hasOpenCircle: boolean;
}

/** Writes down one schedule as it goes: its transitions, and what each client has done. */
export class ScheduleRecord {
  #transitions: Transition[] = [];
  #pasts: PastStep[][] = [];
  #open: (OpenStep & { readonly atNs: bigint }) | undefined;
  #answered: Answered[] = [];
  #woken: Woken[] = [];
  #footprints: Footprint[] = [];

  /** A schedule of so many clients and workers begins. What was written down of the one before stays with whoever asked for it. */
  begin(actors: number): void {
    this.#transitions = [];
    this.#pasts = Array.from({ length: actors }, () => []);
    this.#open = undefined;
    this.#answered = [];
    this.#woken = [];
    this.#footprints = [];
  }

  get transitions(): readonly Transition[] {
    return this.#transitions;
  }

  /** Of the step that is under way, or comes next. */
  get place(): number {
    return this.#transitions.length;
  }

  /** Whose step is under way. */
  get client(): number | undefined {
    return this.#open?.client;
  }

  pastOf(client: number): readonly PastStep[] {
    return this.#pasts[client]!;
  }

  open(step: OpenStep): void {
    this.#open = { ...step, atNs: monotonicNs() };
  }

  /** Of a step that goes to no store: what it touches. */
  passed(footprint: Footprint): void {
    const { client, kind, label } = this.#open!;
    this.#footprints.push(footprint);
    this.#pasts[client]!.push({ kind, label, digest: '', footprints: [footprint], place: this.place });
  }

  /** In the code of whoever runs now. */
  touched(footprint: Footprint): void {
    if (this.#open !== undefined && !this.#footprints.includes(footprint)) this.#footprints.push(footprint);
  }

  answered(
    client: number,
    request: string,
    { label, digest, content, errorCode }: StepAnswer,
    footprints: readonly Footprint[],
  ): void {
    this.#answered.push({ client, label, digest, content });
    this.#woken.push({ client, failed: errorCode !== undefined });
    this.#footprints.push(...footprints);
    this.#pasts[client]!.push({ kind: 'request', label: request, digest, footprints, place: this.place });
  }

  close({ outstanding, circles, hasOpenCircle }: StepEnd): void {
    if (this.#open === undefined) return;
    const { client, kind, label, waiters, atNs } = this.#open;
    const contests = waiters.length < 2 ? [] : contestsAmong(waiters, this.#woken, dependentFootprints);
    this.#transitions.push({
      ...{ client, kind, label, atNs },
      footprints: [...this.#footprints, ...outstanding],
      // Two that were let go on together are answered in either order: that tells nothing.
      answered: this.#answered.sort((one, other) => one.client - other.client),
      waits: outstanding.length > 0,
      enables: [],
      ...(circles.length > 0 && { circles }),
      ...(hasOpenCircle && { hasOpenCircle }),
      ...(contests.length > 0 && { contests }),
    });
    this.#answered = [];
    this.#woken = [];
    this.#footprints = [];
  }

  /** Who can go after the step that was closed last. */
  enables(enabled: readonly number[]): void {
    const last = this.#transitions.at(-1);
    if (this.#open === undefined || last === undefined) return;
    const { client, enabledBefore } = this.#open;
    const enables = enabled.filter((other) => other !== client && !enabledBefore.includes(other));
    this.#transitions[this.#transitions.length - 1] = { ...last, enables };
    this.#open = undefined;
  }
}
