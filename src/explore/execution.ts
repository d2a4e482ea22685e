import type { Footprint } from '../core/step.js';

/** What a client asks to do next, at its gate. */
export type StepKind = 'request' | 'begin' | 'point' | 'sleep' | 'crash';

/** An answer that came while a step was under way: its own, or that of a step of another client which had waited until then. */
export interface Answered {
  readonly client: number;
  readonly label: string;
  readonly digest: string;
  /** Line by line. */
  readonly content: readonly string[];
}

/** One choice of the scheduler, carried out until everybody is at a gate again, waits, or has finished. */
export interface Transition {
  readonly client: number;
  readonly kind: StepKind;
  /** The request with its values, for people. */
  readonly label: string;
  /** Of everything that happened in it. */
  readonly footprints: readonly Footprint[];
  readonly answered: readonly Answered[];
  /** Its own answer had not come when it was over: it waits for another client inside the store. */
  readonly waits: boolean;
  /** Clients that could not go before it and can go after it: what they do next comes after it, in whatever order. */
  readonly enables: readonly number[];
  /** One after the other. */
  readonly circles?: readonly Circle[];
  /** A circle went away without an error: the store let somebody go on before another one. */
  readonly hasOpenCircle?: boolean;
  /** Clients of whom the store chose who was first to go on. */
  readonly contests?: readonly Contest[];
  /** On the monotonic clock, when it was let through. Absent where nothing has a time. */
  readonly atNs?: bigint;
}

/** Clients that waited for each other, until the store had one of them fail. */
export interface Circle {
  /** Of all circles that there were at once, in ascending order. */
  readonly members: readonly number[];
  readonly failed: number;
}

/** Two clients that waited until one step let them go on, in the order in which the store did. */
export interface Contest {
  readonly first: number;
  readonly second: number;
  /** Whether the first stood before the second, behind it, or they stood in no queue. */
  readonly queue: 'kept' | 'broken' | 'none';
}

/** A place at which the scheduler chooses. */
export interface ChoicePoint {
  /** From 0: how many transitions came before. */
  readonly place: number;
  readonly enabled: readonly number[];
  /** At a gate, but held back: they only repeat what they did, and nothing has changed since. */
  readonly heldBack: readonly number[];
  /** What each client would do. */
  readonly labels: ReadonlyMap<number, string>;
  readonly before: readonly Transition[];
}

/** Who goes next; `expectsWait` where it is known that the store will have it wait. `undefined`: nothing here is worth a look. */
export type Choice = { readonly client: number; readonly expectsWait?: boolean } | undefined;

export type Choose = (point: ChoicePoint) => Choice;

/** One schedule, carried out. */
export interface Execution<Result> {
  readonly transitions: readonly Transition[];
  /** Undefined where it was not followed to its end. */
  readonly result: Result | undefined;
  /** How often a client was held back while others could go. */
  readonly heldBack: number;
  /** Clients waited for each other inside their own process, so that they share more than the store. */
  readonly sharesMemory: boolean;
}

/** Who fails in the first circle of a schedule, in the second, ...; null, or no word of it: whoever closes it. */
export type Victims = readonly (number | null)[];

/** What can be run again and again from its initial state, one schedule at a time. */
export interface System<Result> {
  /** Of each circle, in their order, who fails. Throws `CircleStays` where the store cannot be brought to that. */
  run(choose: Choose, victims?: Victims): Promise<Execution<Result>>;
  /** False where the store alone decides who fails. */
  readonly choosesVictim: boolean;
  /** Whether swapping two neighbouring steps of different clients could change anything. */
  dependent(one: Footprint, other: Footprint): boolean;
  /** How often `dependent` has become true for more: see `StepWire.dependenceGrown`. */
  readonly dependenceGrown: number;
}
