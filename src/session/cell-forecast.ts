import type { Fault, Parameters } from '../core/scenario.js';
import { clientsOf } from '../core/scenario.js';
import type { AnyScenario } from './choice.js';

/** A target in a scenario, as far as it tells how long it will take. */
export interface Cell {
  readonly contract: string;
  readonly scenario: string;
  readonly store: string;
  readonly target: string;
  /** What holds in its scenario on its store is worth nothing without it. */
  readonly isControl: boolean;
  readonly clients: number;
  readonly attempts: number;
  /** How long a trial lasts by design, whatever the store: until the last client has come, and stalls are over. */
  readonly heldMs: number;
}

/** What it takes, once and for each trial that is evidence. */
export interface CellTimes {
  readonly setUpMs: number;
  readonly trialMs: number;
}

/**
 * Before anything was measured: milliseconds for each attempt, and for each client that is set up. As little as the fastest store
 * takes: the first cell puts too low a guess right, but with too high a one, of 2 ms for each of a thousand attempts, a budget
 * of ten seconds let nobody begin, and so nothing was ever measured.
 */
const FIRST_GUESS = { setUpMs: 2, workMs: 0.2 } as const;
/** A process, its code and the empty store: as much as so many clients. */
const CLIENTS_FOR_THE_REST = 20;
/** The reset of a trial, its start and its judgement: as much as so many attempts. */
const ATTEMPTS_FOR_THE_REST = 10;
/** Scenarios that have their faults in turn have come round after so many trials. */
const TURNS = 4;

/** Of a scenario with these numbers: what its cells have in common. */
export function cellOf(
  scenario: AnyScenario,
  parameters: Parameters,
  { id: target, store }: { readonly id: string; readonly store: string },
): Cell {
  return {
    ...{ contract: scenario.contract.name, scenario: scenario.name, store, target },
    isControl: scenario.controls[store]?.target === target,
    clients: clientsOf(scenario, parameters),
    attempts: scenario.attempts(parameters, () => 0.5).length,
    heldMs: heldMs(scenario, parameters),
  };
}

/**
 * Tells what cells will take from those that were measured. The time by design is known; what is left of a trial is work, so
 * much for each attempt. A target's own work in other scenarios tells most: of the targets on one store the slow ones take ten
 * times as long as the others, and they do so in every scenario. Where it is not known, what the scenario's others on this
 * store took, and then what the store took in all.
 */
export class CellForecasts {
  readonly #setUpMs = new Means();
  readonly #workMs = new Means();

  of(cell: Cell): CellTimes {
    const [target, scenario, store] = keysOf(cell);
    const setUpMs = this.#setUpMs.of(scenario, store) ?? FIRST_GUESS.setUpMs;
    const workMs = this.#workMs.of(target, scenario, store) ?? FIRST_GUESS.workMs;
    return {
      setUpMs: (cell.clients + CLIENTS_FOR_THE_REST) * setUpMs,
      trialMs: cell.heldMs + (cell.attempts + ATTEMPTS_FOR_THE_REST) * workMs,
    };
  }

  /** What it took, as far as it came. */
  learn(cell: Cell, { setUpMs, trialMs }: Partial<CellTimes>): void {
    for (const key of keysOf(cell)) {
      if (setUpMs !== undefined) {
        this.#setUpMs.add(key, setUpMs / (cell.clients + CLIENTS_FOR_THE_REST));
      }
      if (trialMs !== undefined) {
        const workMs = Math.max(0, trialMs - cell.heldMs) / (cell.attempts + ATTEMPTS_FOR_THE_REST);
        this.#workMs.add(key, workMs);
      }
    }
  }
}

function keysOf({ contract, scenario, store, target }: Cell): readonly [string, string, string] {
  return [`${target} of ${contract}`, `${scenario} on ${store}`, store];
}

class Means {
  readonly #sums = new Map<string, { total: number; count: number }>();

  /** Of the first of these that is known. */
  of(...keys: readonly string[]): number | undefined {
    const sum = keys.map((key) => this.#sums.get(key)).find((one) => one !== undefined);
    return sum && sum.total / sum.count;
  }

  add(key: string, value: number): void {
    const sum = this.#sums.get(key) ?? { total: 0, count: 0 };
    this.#sums.set(key, { total: sum.total + value, count: sum.count + 1 });
  }
}

function heldMs(scenario: AnyScenario, parameters: Parameters): number {
  const clients = clientsOf(scenario, parameters);
  const waitsMs = Array.from({ length: clients }, () => 0);
  scenario
    .attempts(parameters, () => 0.5)
    .forEach(({ afterMs = 0 }, index) => {
      waitsMs[index % clients]! += afterMs;
    });
  const turns = Array.from({ length: TURNS }, (_, trial) => scenario.faults?.(parameters, trial) ?? []);
  return Math.max(...turns.map((faults) => longestMs(waitsMs, faults)));
}

function longestMs(waitsMs: readonly number[], faults: readonly Fault[]): number {
  const stalledMs = (client: number) =>
    faults.reduce(
      (ms, fault) => ms + (fault.kind === 'stall' && fault.client === client ? fault.forMs : 0),
      0,
    );
  return Math.max(...waitsMs.map((waitMs, client) => waitMs + stalledMs(client)));
}
