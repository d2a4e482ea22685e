import type { AnomalyId } from '../core/anomaly.js';
import { demandNone } from '../core/usage-error.js';
import { controlOfApi } from './api-control.js';
import { firstStore, type AnyScenario, type ChosenTarget } from './choice.js';
import { findTarget, type TargetPlace } from './find-targets.js';

export interface ChosenControl extends ChosenTarget {
  /** Anomalies or counted events, one of which it must show. */
  readonly shows: readonly AnomalyId[];
  /** It is among the named targets: their run is its own. */
  readonly named: boolean;
}

/**
 * The control of each store that a named target uses: one of the named targets, one of ours, or a file beside the
 * scenario's. A scenario that names one which cannot be found is wrong itself. An API may name one of its own, and that of
 * another API vouches for nothing: its conditions are its own.
 */
export async function findControls(
  scenario: AnyScenario,
  named: readonly ChosenTarget[],
  place: TargetPlace,
): Promise<ReadonlyMap<string, ChosenControl>> {
  const controls = new Map<string, ChosenControl>();
  const problems: string[] = [];
  const add = (key: string, found: ChosenTarget, shows: readonly AnomalyId[]) => {
    // A file may have been named too: its id tells.
    const among = named.find(({ target }) => target.id === found.target.id);
    // What vouches for several runs once.
    const known = [...controls.values()].find(({ target }) => target.id === found.target.id);
    controls.set(key, known ?? { ...(among ?? found), shows, named: among !== undefined });
  };
  for (const store of new Set(named.filter(({ target }) => target.api === undefined).map(firstStore))) {
    const control = scenario.controls[store];
    if (control === undefined) continue;
    const isNamed = named.find(({ target }) => target.id === control.target);
    const found = isNamed ?? (await findTarget(control.target, scenario, place, problems));
    if (found !== undefined) add(store, found, control.shows);
  }
  demandNone(problems.map((problem) => `the control of ${scenario.name}: ${problem}`));
  for (const chosen of named) {
    const control = await controlOfApi(chosen, scenario, place, problems);
    if (control !== undefined) add(chosen.target.id, control, control.shows);
  }
  demandNone(problems);
  return controls;
}
