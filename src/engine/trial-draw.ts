import type { ContractTypes } from '../core/contract.js';
import type { HistoryEvent } from '../core/history.js';
import { clientsOf, type Attempt, type Parameters, type Scenario } from '../core/scenario.js';
import type { StartKind, TrialResult } from '../core/verdict.js';
import type { DrawnTrial } from './begun-trial.js';
import { OffsetSweep } from './offset-sweep.js';
import { startKindOf, typicalDuration, type StartMode, type TypicalDuration } from './start-plan.js';
import { StartSpread } from './start-spread.js';
import { planClients, trialRandom } from './trial.js';

/** What the trials of a run are drawn from. */
export interface TrialSource<C extends ContractTypes> {
  readonly scenario: Scenario<C>;
  readonly parameters: Parameters;
  readonly seed: string;
  readonly start: StartMode;
}

/** Draws trials from the seed; how far apart their clients begin follows from what was measured in those before. */
export class TrialDraw<C extends ContractTypes> {
  readonly clients: number;
  #typical: TypicalDuration | undefined;
  readonly #spread = new StartSpread();
  readonly #sweep: OffsetSweep;

  constructor(private readonly source: TrialSource<C>) {
    const { scenario, parameters } = source;
    this.clients = clientsOf(scenario, parameters);
    // What a plan holds came from the scenario's own attempts.
    this.#sweep = new OffsetSweep((attempt) => scenario.kindOf?.(attempt as Attempt<C>) ?? attempt.f);
  }

  draw(trial: number, isBehind: boolean): DrawnTrial<C> {
    const { scenario, parameters, seed, start: mode } = this.source;
    const start = startKindOf(mode, seed, trial, scenario.unequal);
    const setting = {
      ...{ scenario, parameters, seed, trial, start, clients: this.clients },
      ...{ typicalNs: (this.#typical?.ns ?? 0) * this.#spread.share, sweep: this.#sweep },
    };
    const initial = scenario.initial(parameters, trial, trialRandom(seed, trial));
    const faults = scenario.faults?.(parameters, trial) ?? [];
    return { setting, initial, faults, isBehind, ...planClients(setting) };
  }

  /** A burst is over. */
  learnDurations(start: StartKind, events: readonly HistoryEvent[]): void {
    this.#learnTypical(start, events);
    this.#sweep.learn(events);
  }

  /** A trial has been judged. */
  learnOverlap(result: TrialResult): void {
    this.#spread.learn(result);
  }

  #learnTypical(start: StartKind, events: readonly HistoryEvent[]): void {
    const known = this.#typical;
    if (start !== 'simultaneous' && known?.isOfAnswers) return;
    const learnt = typicalDuration(events);
    if (known === undefined || !known.isOfAnswers || learnt?.isOfAnswers) this.#typical = learnt ?? known;
  }
}
