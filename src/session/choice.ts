import type { Contract, ContractTypes } from '../core/contract.js';
import type { Scenario } from '../core/scenario.js';
import { storesOf, type Expectation, type Target } from '../core/target.js';
import type { TargetSource } from '../engine/protocol.js';

export type AnyContract = Contract<ContractTypes>;
export type AnyScenario = Scenario<ContractTypes>;
export type AnyTarget = Target<ContractTypes>;

/** A target that will be run: what it says of itself, and where its code is found again in another process. */
export interface ChosenTarget {
  readonly target: AnyTarget;
  /** Absent for a target that was handed over as an object: it runs in this process. */
  readonly source?: TargetSource;
  /** The user's file as it was named. */
  readonly file?: string;
  /** The program as it was named. */
  readonly exec?: string;
}

/** What it claims in this scenario, with its clients spread as they are. */
export function expectationOf(
  target: AnyTarget,
  { scenario, processes }: { readonly scenario: AnyScenario; readonly processes: number },
): Expectation | undefined {
  const across = processes > 1 ? target.acrossProcesses?.[scenario.name] : undefined;
  return across ?? target.expectations?.[scenario.name];
}

/** The store that gives it its folder. */
export function firstStore({ target }: ChosenTarget): string {
  return storesOf(target)[0]!;
}
