import type { AnomalyId } from '../core/anomaly.js';
import type { ApiStart, CommandGiven, Environment } from '../core/api.js';
import type { AnyScenario, AnyTarget, ChosenTarget } from './choice.js';
import { findTarget, type TargetPlace } from './find-targets.js';

/**
 * The control that an API's target names itself: the same command with another environment, or another target of its
 * contract; and what it must show. Undefined where it names none. Adds to `problems` what is wrong with it.
 */
export async function controlOfApi(
  chosen: ChosenTarget,
  scenario: AnyScenario,
  place: TargetPlace,
  problems: string[],
): Promise<(ChosenTarget & { readonly shows: readonly AnomalyId[] }) | undefined> {
  const { target } = chosen;
  const control = target.api?.control;
  if (control === undefined) return undefined;
  const shows = control.shows ?? showsOf(scenario);
  if (shows.length === 0) {
    problems.push(
      `the control of ${target.id}: ${scenario.name} names no anomaly that a control must show: name it (control: { shows: ['oversold'] })`,
    );
    return undefined;
  }
  if ('env' in control) return { ...chosen, target: withEnvironment(target, control.env), shows };
  const wrong: string[] = [];
  const found = await findTarget(control.target, scenario, place, wrong);
  problems.push(...wrong.map((problem) => `the control of ${target.id}: ${problem}`));
  return found === undefined ? undefined : { ...found, shows };
}

/** Whatever any of the scenario's controls must show. */
function showsOf({ controls }: AnyScenario): readonly AnomalyId[] {
  return [...new Set(Object.values(controls).flatMap(({ shows }) => shows))];
}

/** The same target whose command is started with these variables too. Its code in a worker's process is the very same. */
function withEnvironment(target: AnyTarget, env: Environment): AnyTarget {
  const { api } = target;
  if (api?.start === undefined) return target;
  const { env: before } = api.start;
  const start: ApiStart = {
    ...api.start,
    env: (given: CommandGiven) => ({ ...(typeof before === 'function' ? before(given) : before), ...env }),
  };
  // What is claimed of the target is not claimed of it.
  return { ...target, id: `${target.id}-control`, expectations: {}, api: { ...api, start } };
}
