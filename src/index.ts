import type { Contract, ContractTypes } from './core/contract.js';
import type { Parameters, Scenario } from './core/scenario.js';
import type { Target } from './core/target.js';
import type { Report } from './report/report.js';
import type { Config } from './session/config.js';
import type { SessionOptions } from './session/options.js';

export { NotHappened } from './core/context.js';
export { Undecided } from './core/checker.js';
export { UsageError } from './core/usage-error.js';
export { defineHttpTarget } from './http/define-http-target.js';
export type {
  HttpOperation,
  HttpReset,
  HttpState,
  HttpTargetDefinition,
  StatusMeaning,
} from './http/define-http-target.js';
export type {
  Api,
  ApiAnswer,
  ApiControl,
  ApiRequest,
  ApiSettle,
  CommandGiven,
  StoreAtHand,
} from './core/api.js';
export type { Config, ConfigScenario, ConfigTarget } from './session/config.js';
export type { Anomaly, AnomalyId } from './core/anomaly.js';
export type { Checker, Finding, Grade, SlowChecker } from './core/checker.js';
export type {
  ClientContext,
  CountedEvent,
  PointName,
  StoreAddress,
  TargetContext,
  Traffic,
} from './core/context.js';
export type { Contract, ContractTypes, InputOf, OperationName, OutputOf, Schema } from './core/contract.js';
export type {
  History,
  HistoryEvent,
  NoteKind,
  OpenTransaction,
  Operation,
  OperationError,
  OperationOf,
  StoreSpan,
} from './core/history.js';
export type { Json } from './core/json.js';
export type { Attempt, Control, Fault, Parameter, Parameters, Scenario } from './core/scenario.js';
export type { Client, Expectation, HeldAttempt, OpenTarget, Target, Worker } from './core/target.js';
export type { Judgement, StartKind, VerdictKind } from './core/verdict.js';
export type { JudgedTarget, Report, ReportTarget } from './report/report.js';

/** A contract, typed as it stands: what clients may attempt, and how the answers look. */
export function defineContract<C extends ContractTypes>(contract: Contract<C>): Contract<C> {
  return contract;
}

/** A scenario, typed as it stands: what many clients attempt at once, and what must hold afterwards. */
export function defineScenario<C extends ContractTypes, P extends Parameters = Parameters>(
  scenario: Scenario<C, P>,
): Scenario<C, P> {
  return scenario;
}

/** A target, typed as it stands: one strategy on one store for one contract. */
export function defineTarget<C extends ContractTypes>(target: Target<C>): Target<C> {
  return target;
}

/** What a `race-check.config.ts` exports by default: targets and scenarios of one's own, found by their names. */
export function defineConfig(config: Config): Config {
  return config;
}

/** What `raceCheck` is asked for. */
export interface RaceCheckOptions<
  C extends ContractTypes = ContractTypes,
  P extends Parameters = Parameters,
> extends Omit<SessionOptions, 'scenario' | 'targets' | 'isolation' | 'headStart'> {
  /** A name, a file (`./my.scenario.ts`), or the scenario itself. */
  readonly scenario: string | Scenario<C, P>;
  /** Ids, files, or targets themselves. Default: the scenario's default target. */
  readonly targets?: readonly (string | Target<C>)[];
}

/**
 * Runs a scenario on targets, with their controls, and resolves with the report; for use inside a test.
 *
 * Runs in this process (but for `processes` above 1, programs and load engines), writes nothing and never exits. A violation, a
 * target that could not run and a store that is not there are in the report, and no errors. Rejects with UsageError for what does
 * not make sense, before anything is started, and with an error where a file cannot be loaded. Stores are started as on the command
 * line; with the promise all of them are stopped.
 */
export async function raceCheck<C extends ContractTypes, P extends Parameters>(
  options: RaceCheckOptions<C, P>,
): Promise<Report> {
  const { runSession } = await import('./session/race-check.js');
  // Inside, a session treats every contract alike: what a scenario and a target say to each other stays between them.
  const session = options as unknown as SessionOptions;
  const { report, stopped } = await runSession({ ...session, isolation: 'none' }, () => new Date());
  await stopped;
  return report;
}
