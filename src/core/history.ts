import type { ContractTypes, InputOf, OperationName, OutputOf } from './contract.js';
import type { Json } from './json.js';

/** An event inside an operation that the target tells of. The checkers of locks and the words of a finding use them. */
export type NoteKind = 'read' | 'write' | 'lock-requested' | 'lock-acquired' | 'lock-released';

/** When an operation was at the store, in nanoseconds of the trial: from its first request to its last answer. */
export interface StoreSpan {
  readonly firstRequestNs: number;
  readonly lastAnswerNs: number;
  /** Writes on the client's counted connections. 0 where the store is in the client's own process. */
  readonly requests: number;
}

/** Why an operation did not end in an outcome. `code` is the store's own (an SQLSTATE, `11000`), else ours (`timeout`). */
export interface OperationError {
  readonly code: string;
  readonly message: string;
}

interface EventOf<Type extends string> {
  readonly type: Type;
  /** Monotonic nanoseconds since the barrier of this trial opened. Equal times count as concurrent. */
  readonly timeNs: number;
  /** One logical process: never two operations at a time, and none after an `info`. */
  readonly process: number;
  /** The user behind the process: a number from 0, the same in every trial. Workers follow the last client. */
  readonly client: number;
}

export interface InvokeEvent extends EventOf<'invoke'> {
  readonly f: string;
  readonly value: Json;
}
export interface OkEvent extends EventOf<'ok'> {
  readonly f: string;
  readonly value: Json;
  readonly span?: StoreSpan;
}
/** `fail`: it certainly did not happen. `info`: it may have (a time-out, a lost connection), now or later. */
export interface FailureEvent extends EventOf<'fail' | 'info'> {
  readonly f: string;
  readonly error: OperationError;
  readonly span?: StoreSpan;
}
export interface NoteEvent extends EventOf<'note'> {
  readonly kind: NoteKind;
  readonly fields: Readonly<Record<string, Json>>;
}

/** One line of a history. Its index is its place in the list. */
export type HistoryEvent = InvokeEvent | OkEvent | FailureEvent | NoteEvent;

/** A session that still held a transaction when every operation had ended, as the store's own view of sessions told. */
export interface OpenTransaction {
  readonly client: number;
  readonly process: number;
  /** The store's word for its state, e.g. `idle in transaction`, and its last statement. */
  readonly state: string;
  readonly lastStatement: string;
}

/** An operation paired from its events. `[invokedNs, completedNs]` is closed; an `info` may still happen after its end. */
export type Operation<C extends ContractTypes> = {
  [F in OperationName<C>]: OperationOf<C, F>;
}[OperationName<C>];

export type OperationOf<C extends ContractTypes, F extends OperationName<C>> = {
  readonly f: F;
  readonly input: InputOf<C, F>;
  readonly client: number;
  readonly process: number;
  /** Places of its invocation and completion in `events`: what a witness names. */
  readonly invokeIndex: number;
  readonly completeIndex: number | undefined;
  readonly invokedNs: number;
  /** `Infinity` while it may still happen (`info`). */
  readonly completedNs: number;
  readonly notes: readonly (NoteEvent & { readonly index: number })[];
  readonly span: StoreSpan | undefined;
} & (
  | { readonly status: 'ok'; readonly output: OutputOf<C, F> }
  | { readonly status: 'fail' | 'info'; readonly error: OperationError }
);

/** Everything that a checker may see of one trial. */
export interface History<C extends ContractTypes> {
  readonly initial: C['initial'];
  readonly events: readonly HistoryEvent[];
  readonly operations: readonly Operation<C>[];
  /** The state after every operation had ended. */
  readonly final: C['final'];
  readonly openTransactions: readonly OpenTransaction[];
}
