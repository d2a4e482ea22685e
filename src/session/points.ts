import { StoreUnavailable } from '../stores/store.js';
import type { AnyScenario, AnyTarget, ChosenTarget } from './choice.js';

/**
 * What speaks against these targets in this scenario, which the user asked for by name. An API has no points at which a
 * client could be stalled or crashed: the fault would never come, and a pass would be evidence of nothing.
 */
export function pointProblems(scenario: AnyScenario, asked: readonly ChosenTarget[]): readonly string[] {
  return asked.flatMap(({ target }) => {
    const lack = lackOf(target, scenario);
    return lack === undefined ? [] : [`${target.id} cannot be tried in ${scenario.name}: ${lack}`];
  });
}

/** Throws StoreUnavailable for such a target: among all targets of a contract it is skipped aloud. */
export function demandPoints(target: AnyTarget, scenario: AnyScenario): void {
  const lack = lackOf(target, scenario);
  if (lack === undefined) return;
  throw new StoreUnavailable('http', lack, 'Run another scenario of its contract');
}

function lackOf({ api }: AnyTarget, scenario: AnyScenario): string | undefined {
  return api === undefined || scenario.faults === undefined
    ? undefined
    : 'the scenario stalls or crashes clients at points inside of their target, and nothing reaches into an API';
}
