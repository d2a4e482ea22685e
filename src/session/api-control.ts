import { ANOMALIES, type AnomalyId } from '../core/anomaly.js';
import type { ApiStart, CommandGiven, Environment } from '../core/api.js';
import type { AnyScenario, AnyTarget, ChosenTarget } from './choice.js';
import { findTarget, type TargetPlace } from './find-targets.js';
import { didYouMean } from './nearest.js';

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
      `the control of ${target.id}: ${scenario.name} names no anomaly that a control must show: name it in shows (its checkers name: ${namedBy(scenario).join(', ')})`,
    );
    return undefined;
  }
  problems.push(
    ...unshownProblems(shows, scenario).map((problem) => `the control of ${target.id}: ${problem}`),
  );
  if ('env' in control) return { ...chosen, target: withEnvironment(target, control.env), shows };
  const wrong: string[] = [];
  const found = await findTarget(control.target, scenario, place, wrong);
  problems.push(...wrong.map((problem) => `the control of ${target.id}: ${problem}`));
  return found === undefined ? undefined : { ...found, shows };
}

/** What an operation may be counted for, which no checker names. */
const COUNTED: readonly string[] = ['retry', 'conflict', 'deadlock', 'lock-timeout', 'rollback'];

/** A control must be caught for what can be seen: a name that stands for nothing, or for nothing in this scenario, is a mistake. */
function unshownProblems(shows: readonly AnomalyId[], scenario: AnyScenario): readonly string[] {
  const named = namedBy(scenario);
  const known = [...new Set([...Object.keys(ANOMALIES), ...named, ...COUNTED])];
  const unknown = shows.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    return unknown.map((id) => `unknown anomaly "${id}" in shows${didYouMean(id, known)}`);
  }
  if (shows.some((id) => named.includes(id) || COUNTED.includes(id))) return [];
  return [`no checker of ${scenario.name} names ${shows.join(' or ')} (they name: ${named.join(', ')})`];
}

/** What its checkers may find. One from JavaScript may not say. */
function namedBy({ checkers, slowCheckers = [] }: AnyScenario): readonly string[] {
  return [...new Set([...checkers, ...slowCheckers].flatMap(({ anomalies = [] }) => anomalies))];
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
