import type { Api } from './api.js';
import type { ClientContext, TargetContext } from './context.js';
import type { ContractTypes, InputOf, OperationName, OutputOf } from './contract.js';
import type { Json } from './json.js';

export const EXPECTATIONS = ['holds', 'violated', 'gives-up'] as const;

/** What a target claims in a scenario. `gives-up`: safe, yet operations fail or are refused although possible. */
export type Expectation = (typeof EXPECTATIONS)[number];

/** What some servers of a store can do, and others cannot. */
export type StoreFeature = 'transactions';

/** An attempt that waits for nothing but its last bytes to be let go. */
export interface HeldAttempt {
  /** Something of its answer has come already: it was not held back. */
  readonly early: boolean;
  /** Lets it go, synchronously, and resolves with its outcome. */
  release(): Promise<Json>;
  /** It will not be made. */
  abandon(): void;
}

/** One client: its own connections, the operations of the contract, and `close`. */
export type Client<C extends ContractTypes> = {
  readonly [F in OperationName<C>]: (input: InputOf<C, F>) => Promise<OutputOf<C, F>>;
} & {
  /**
   * Begins an attempt and holds it just before it can have an effect. Where clients have it, every first attempt of a trial
   * is held before the barrier opens. Rejects as the operation itself would.
   */
  hold?(f: string, input: Json): Promise<HeldAttempt>;
  close(): Promise<void>;
};

/** A background actor: a queue's consumer, a synchronisation. */
export interface Worker {
  readonly name: string;
  /**
   * Works until `context.signal` aborts, then returns: started before the barrier of each trial, stopped after the last
   * answer. An error ends the trial as inconclusive.
   */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** A target at work in one namespace. With several processes each has one of its own; only the first sets up, resets and reads. */
export interface OpenTarget<C extends ContractTypes> {
  /** The schema, once for each namespace. */
  setup(): Promise<void>;
  /** The initial state, before each trial. */
  reset(initial: C['initial']): Promise<void>;
  /** One client, its connections open and warm. */
  client(context: ClientContext): Promise<Client<C>>;
  /**
   * Called right before several held attempts are released together. The release follows in the same turn of the event loop,
   * or, where a promise is given and `waits` is true, as soon as that resolves. Where other processes release some too, or more
   * are to follow at a moment of their own, it is not waited for.
   */
  aboutToRelease?(waits: boolean): Promise<void> | void;
  /** The final state, after the last operation. */
  read(): Promise<C['final']>;
  /** How many background actors there are, and how one is opened. */
  readonly workers?: {
    readonly count: number;
    open(context: ClientContext): Promise<Worker>;
  };
  close(): Promise<void>;
}

/** One strategy on one store for one contract. */
export interface Target<C extends ContractTypes> {
  /** The name of the contract whose operations its clients have. */
  readonly contract: string;
  /** `store/strategy`, e.g. `postgres/for-update`. */
  readonly id: string;
  /** The stores it needs; the first gives its folder. Default: what stands before the slash of its id. */
  readonly stores?: readonly string[];
  /** What its stores must be able to do: on a server that cannot (a MongoDB that is no replica set), it is skipped aloud. */
  readonly needs?: readonly StoreFeature[];
  /** What it does, in one sentence. */
  readonly summary: string;
  /** What it prevents, and at what price: for people, in a list. */
  readonly prevents: string;
  readonly costs: string;
  /** A manual's page, a paper, an issue. */
  readonly source: string;
  /** By scenario. A scenario that is not named has no claim. */
  readonly expectations: Readonly<Record<string, Expectation>>;
  /** What it claims otherwise where its clients are spread over several processes. Default: the same. */
  readonly acrossProcesses?: Readonly<Record<string, Expectation>>;
  /** Where its first store is `http`: the API that it speaks to. */
  readonly api?: Api;
  /** Once for each namespace and process. What it throws ends the run: exit code 3. */
  open(context: TargetContext): OpenTarget<C> | Promise<OpenTarget<C>>;
}

/** What stands before the slash. */
export function storesOf(target: Pick<Target<ContractTypes>, 'id' | 'stores'>): readonly string[] {
  return target.stores ?? [target.id.slice(0, target.id.indexOf('/'))];
}
