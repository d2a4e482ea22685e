import { firstStore, type AnyScenario, type ChosenTarget } from './choice.js';
import { findExec } from './exec-target.js';
import { comparedIdsOf, configTargetsOf, findTarget, type TargetPlace } from './find-targets.js';
import type { SessionOptions } from './options.js';

/** Targets were asked for by name. */
export function isAskedFor({ targets = [], exec = [] }: SessionOptions): boolean {
  return targets.length + exec.length > 0;
}

/** What was asked for; else the scenario's default, or in a comparison everything that we have for its contract. */
export async function findNamed(
  options: SessionOptions,
  scenario: AnyScenario,
  command: 'gate' | 'compare',
  { cwd, scenarioFolder, config }: TargetPlace & { readonly scenarioFolder: string },
  problems: string[],
): Promise<readonly ChosenTarget[]> {
  const { targets = [], exec = [], stores = [] } = options;
  const isAsked = isAskedFor(options);
  const { name: contract } = scenario.contract;
  const own = configTargetsOf(contract, config).map(({ target }) => target.id);
  const ours = command === 'compare' ? [...comparedIdsOf(contract, stores), ...own] : [];
  const given = isAsked ? [...new Set(targets)] : ours.length > 0 ? ours : [scenario.defaultTarget];
  const folder = isAsked ? cwd : scenarioFolder;
  const found = await Promise.all([
    ...given.map((one) => findTarget(one, scenario, { cwd: folder, config }, problems)),
    ...exec.map((one) => findExec(one, scenario, cwd, problems)),
  ]);
  const chosen = found.filter((one) => one !== undefined);
  const kept = stores.length === 0 ? chosen : chosen.filter((one) => stores.includes(firstStore(one)));
  if (kept.length < chosen.length && problems.length === 0) {
    problems.push(...leftOut(chosen, kept, stores, isAsked));
  }
  const ids = kept.map(({ target }) => target.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    problems.push(`two of the targets have the id "${twice}": an id stands for one target`);
  return kept;
}

/** What was asked for by name must not silently be left out, and something must be left. */
function leftOut(
  chosen: readonly ChosenTarget[],
  kept: readonly ChosenTarget[],
  stores: readonly string[],
  isAsked: boolean,
): readonly string[] {
  const asked = stores.join(', ');
  if (isAsked) {
    return chosen
      .filter((one) => !kept.includes(one))
      .map((one) => `target ${one.target.id}: it is on ${firstStore(one)}, and only ${asked} was asked for`);
  }
  if (kept.length > 0) return [];
  const there = [...new Set(chosen.map(firstStore))].join(', ');
  return [`no target on ${asked}: the targets here are on ${there}`];
}
