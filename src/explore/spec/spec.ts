/** What one isolation spec says: PostgreSQL's `src/test/isolation/README`. */
export interface Spec {
  readonly setups: readonly string[];
  readonly teardown: string | undefined;
  readonly sessions: readonly SpecSession[];
  /** None: every order is meant. */
  readonly permutations: readonly (readonly PermutationStep[])[];
}

export interface SpecSession {
  readonly name: string;
  readonly setup: string | undefined;
  readonly teardown: string | undefined;
  readonly steps: readonly SpecStep[];
}

export interface SpecStep {
  readonly name: string;
  readonly sql: string;
  /** Place of its session. */
  readonly session: number;
}

export interface PermutationStep {
  readonly step: SpecStep;
  readonly blockers: readonly Blocker[];
}

/** What keeps a step from being reported as complete, though it may be. */
export type Blocker =
  /** `(*)`: it is reported as waiting once, whatever it does. */
  | { readonly kind: 'once' }
  /** `(other)`: as long as that step is on its way. */
  | { readonly kind: 'step'; readonly step: SpecStep }
  /** `(other notices n)`: until that step's session has raised so many more. */
  | { readonly kind: 'notices'; readonly step: SpecStep; readonly count: number };
