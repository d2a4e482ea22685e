import type { Json } from './json.js';

/**
 * The shape of a contract: its operations with inputs and outcomes, its initial state and its final state. All plain JSON.
 * Declare it with `type`, not `interface`: only a type alias is assignable to an index signature.
 */
export type ContractTypes = {
  readonly operations: Readonly<Record<string, { readonly input: Json; readonly output: Json }>>;
  readonly initial: Json;
  readonly final: Json;
};

export type OperationName<C extends ContractTypes> = Extract<keyof C['operations'], string>;
export type InputOf<C extends ContractTypes, F extends OperationName<C>> = C['operations'][F]['input'];
export type OutputOf<C extends ContractTypes, F extends OperationName<C>> = C['operations'][F]['output'];

/** A run-time check of one value's shape. A zod schema is one; so is anything with the same `safeParse`. */
export interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly {
            readonly path: readonly PropertyKey[];
            readonly message: string;
          }[];
        };
      };
}

/** What the clients of a family of targets may attempt, and how the answers look. Knows no store and no scenario. */
export interface Contract<C extends ContractTypes> {
  readonly name: string;
  readonly summary: string;
  readonly operations: {
    readonly [F in OperationName<C>]: {
      readonly input?: Schema<InputOf<C, F>>;
      /** An answer that does not fit ends the run: the target is wrong, not the store. */
      readonly output?: Schema<OutputOf<C, F>>;
      /** The things that this attempt touches. Only operations that share one can race: overlap counts those pairs. */
      keys(input: InputOf<C, F>): readonly string[];
    };
  };
  readonly initial?: Schema<C['initial']>;
  readonly final?: Schema<C['final']>;
}
