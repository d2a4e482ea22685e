import type { AnomalyId } from './anomaly.js';
import type { Checker, SlowChecker } from './checker.js';
import type { Contract, ContractTypes, InputOf, OperationName } from './contract.js';
import type { History } from './history.js';
import type { PointName } from './context.js';

/** A number that a scenario can be asked to change: on the command line `--<name>`, in the API `parameters`. */
export interface Parameter {
  /** A number, or one that follows from parameters that stand before it, e.g. as many retries as clients. */
  readonly default: number | ((others: Parameters) => number);
  /** Both included. */
  readonly min: number;
  readonly max: number;
  readonly describe: string;
}

export type Parameters = Readonly<Record<string, number>>;

/** Every declared parameter with its value: what was given, else its default. Looks at no bounds and no unknown names. */
export function withDefaults(
  declared: Readonly<Record<string, Parameter>>,
  given: Readonly<Record<string, number | undefined>>,
): Parameters {
  const values: Record<string, number> = {};
  for (const [name, { default: fallback }] of Object.entries(declared)) {
    values[name] = given[name] ?? (typeof fallback === 'function' ? fallback(values) : fallback);
  }
  return values;
}

/** One attempt of one client, made exactly once in every trial. */
export type Attempt<C extends ContractTypes> = {
  [F in OperationName<C>]: {
    readonly f: F;
    readonly input: InputOf<C, F>;
    /** The client waits this long before it: after its start, or after its attempt before. Default 0. */
    readonly afterMs?: number;
  };
}[OperationName<C>];

/** One answer: its kind, such as a status, and its text. Empty where there was none. */
export interface ShownAnswer {
  readonly label: string;
  readonly text: string;
}

/** What happens to one client at a point of the target: it is delayed there, or dies there with its connections. */
export type Fault = {
  readonly client: number;
  readonly point: PointName;
  /**
   * `expire`: the leases that the operation named lapse as soon as a store would be allowed to remove them, when their
   * time is up, and not whenever the store gets round to it. Default: that is left to the store.
   */
  readonly leases?: 'expire' | 'keep';
} & ({ readonly kind: 'stall'; readonly forMs: number } | { readonly kind: 'crash' });

/** The target that must be caught under these conditions, and what it must be caught for. */
export interface Control {
  readonly target: string;
  /** One of these must be found (anomalies) or counted (events such as `deadlock`). Anything else does not count. */
  readonly shows: readonly AnomalyId[];
}

/**
 * What many clients attempt at once, and what must hold afterwards. Knows no store.
 * Attempt number i belongs to client i modulo the number of clients; without a parameter `clients` each attempt has its own client.
 */
export interface Scenario<C extends ContractTypes, P extends Parameters = Parameters> {
  readonly name: string;
  readonly contract: Contract<C>;
  readonly summary: string;
  /** One line for the head of a report, e.g. `20 units, 33 buyers`. */
  describe(parameters: P): string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly parameters: { readonly [K in keyof P]: Parameter };
  /** What is wrong with these numbers together: one sentence each, none if nothing is. */
  problems?(parameters: P): readonly string[];
  /** The state before a trial. `trial` is from 0, default 0; `random` gives the same numbers as to the trial's attempts. */
  initial(parameters: P, trial?: number, random?: () => number): C['initial'];
  /**
   * The attempts of one trial. `random` gives numbers in [0, 1) that the seed and the trial's number repeat; `trial` is from 0,
   * default 0.
   */
  attempts(parameters: P, random: () => number, trial?: number): readonly Attempt<C>[];
  /** `trial` is from 0, for a scenario that has its faults in turn. */
  faults?(parameters: P, trial: number): readonly Fault[];
  /**
   * Its operations do different work before they matter, so that two of them may only meet where one begins later by the right
   * offset: half of its trials sweep over offsets. Default false.
   */
  readonly unequal?: boolean;
  /** What tells unequal attempts apart, for people. Default: their operation. */
  kindOf?(attempt: Attempt<C>): string;
  /** How long one operation is stalled or kept waiting by design, in milliseconds: its time-out must be longer. Default 0. */
  slowestMs?(parameters: P): number;
  readonly checkers: readonly [Checker<C>, ...Checker<C>[]];
  /** They are asked after the others. Default: none. */
  readonly slowCheckers?: readonly SlowChecker<C>[];
  /** The numbers of one trial that a table shows, in the order of its columns, e.g. ordered, refused, left. */
  tally(history: History<C>): Readonly<Record<string, number>>;
  /** What each operation was answered, where equal answers are to be grouped and shown. Default: they are not. */
  answers?(history: History<C>): readonly ShownAnswer[];
  /** False where nothing brings the initial state back: then one trial is run, and none is made up for. Default: true. */
  readonly isRepeatable?: boolean;
  /** Why no run of it can hold, e.g. because nobody said what is right. Default: it can. */
  readonly unjudged?: string;
  /** What the tally is where everything goes right; a name may be left out where several are right. */
  expected(parameters: P): Readonly<Record<string, number>>;
  /** By store: `postgres`, `memory`, ... */
  readonly controls: Readonly<Record<string, Control>>;
  /** What `race-check <name>` runs when no target is named. */
  readonly defaultTarget: string;
  /** The numbers for two or three clients: where every interleaving is tried. */
  readonly small: Partial<P>;
}

/** How many clients a trial has: as many as the parameter says, and no more than attempts. */
export function clientsOf<C extends ContractTypes>(
  { attempts }: Pick<Scenario<C>, 'attempts'>,
  parameters: Parameters,
): number {
  const { length } = attempts(parameters, () => 0.5);
  return Math.min(parameters.clients ?? length, length);
}
