import type { ContractTypes } from '../core/contract.js';
import type { Fault } from '../core/scenario.js';
import type { Offset } from '../core/verdict.js';
import type { ArmedFleet } from './fleet.js';
import { HostFailure } from './host-failure.js';
import type { ClientPlan } from './protocol.js';
import type { TrialSetting, TriedTrial } from './trial.js';

/** What a trial begins with, and who does what in it. */
export interface DrawnTrial<C extends ContractTypes> {
  readonly setting: TrialSetting<C>;
  readonly initial: C['initial'];
  readonly offset: Offset | undefined;
  readonly plans: readonly ClientPlan[];
  readonly faults: readonly Fault[];
  /** It is asked for while the one before is under way. */
  readonly isBehind: boolean;
}

/** A trial for which the hosts are being made ready. */
export interface PreparedTrial<C extends ContractTypes> extends DrawnTrial<C> {
  readonly armed: Promise<ArmedFleet>;
}

/** A trial that is tried, or about to be. */
export interface BegunTrial<C extends ContractTypes> extends PreparedTrial<C> {
  readonly tried: Promise<TriedTrial | undefined>;
  /** Resolves when the barrier has opened, or never will. */
  readonly underWay: Promise<void>;
}

/** Has it tried; `onGo` is to be called when the hosts have been told to begin. */
export function beginTrial<C extends ContractTypes>(
  prepared: PreparedTrial<C>,
  tryIt: (onGo: () => void) => Promise<TriedTrial | undefined>,
): BegunTrial<C> {
  let onGo: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (onGo = resolve));
  const tried = tryIt(onGo);
  // Whoever waits for it is told. Nobody does if the run ends before.
  const ended = tried.then(
    () => undefined,
    () => undefined,
  );
  return { ...prepared, tried, underWay: Promise.race([opened, ended]) };
}

/** It was to begin only if the trial before left nothing, and that did. */
export function isPassedOver(error: unknown): boolean {
  return error instanceof HostFailure && error.error.kind === 'passed-over';
}
