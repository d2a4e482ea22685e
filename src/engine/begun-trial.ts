import type { ContractTypes } from '../core/contract.js';
import type { Fault } from '../core/scenario.js';
import type { Offset } from '../core/verdict.js';
import type { ArmedFleet } from './fleet.js';
import type { ClientPlan } from './protocol.js';
import type { TrialSetting, TriedTrial } from './trial.js';

/** What a trial begins with, and who does what in it. */
export interface DrawnTrial<C extends ContractTypes> {
  readonly setting: TrialSetting<C>;
  readonly initial: C['initial'];
  readonly offset: Offset | undefined;
  readonly plans: readonly ClientPlan[];
  readonly faults: readonly Fault[];
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
  /**
   * Resolves with true as soon as the next trial may be begun behind this one: everybody has been answered, nothing is left at
   * work, and the host reads the final state before it does anything else. With false where that never comes.
   */
  readonly isClear: Promise<boolean>;
}

/** Who waits for what of a trial. */
export interface TrialProgress {
  /** The hosts have been told to begin. */
  readonly onGo: () => void;
  readonly onClear: () => void;
}

/** Has it tried, and tells how far it is. */
export function beginTrial<C extends ContractTypes>(
  prepared: PreparedTrial<C>,
  tryIt: (progress: TrialProgress) => Promise<TriedTrial | undefined>,
): BegunTrial<C> {
  const opened = whenCalled();
  const clear = whenCalled();
  const tried = tryIt({ onGo: opened.call, onClear: clear.call });
  // Whoever waits for it is told. Nobody does if the run ends before.
  const ended = tried.then(
    () => false,
    () => false,
  );
  return {
    ...{ ...prepared, tried },
    underWay: Promise.race([opened.called, ended]).then(() => undefined),
    isClear: Promise.race([clear.called.then(() => true), ended]),
  };
}

function whenCalled(): { readonly called: Promise<void>; readonly call: () => void } {
  let call: () => void = () => undefined;
  const called = new Promise<void>((resolve) => (call = resolve));
  return { called, call };
}
