import { existsSync } from 'node:fs';
import path from 'node:path';
import { TARGETS } from '../../targets/index.js';
import type { TargetSource } from '../engine/protocol.js';
import type { AnyScenario, AnyTarget, ChosenTarget } from './choice.js';
import type { LoadedConfig } from './config.js';
import { isFile } from './find-scenario.js';
import { didYouMean } from './nearest.js';
import { loadUserModule } from './user-module.js';

/** The registry as a session sees it: what a contract's name stands for is between its scenarios and its targets. */
type Loaders = Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;

function registered(contract: string): Loaders {
  const registry: Readonly<Record<string, Loaders>> = TARGETS;
  return Object.hasOwn(registry, contract) ? registry[contract]! : {};
}

/** Every target of our own for this contract. */
export function targetIdsOf(contract: string): readonly string[] {
  return Object.keys(registered(contract));
}

/**
 * What a comparison runs where nobody named any: every strategy once. Our reference APIs are strategies that stand there
 * already, with a server before them, so they take part only where their store is asked for.
 */
export function comparedIdsOf(contract: string, stores: readonly string[]): readonly string[] {
  const ids = targetIdsOf(contract);
  return stores.includes('http') ? ids : ids.filter((id) => !id.startsWith('http/'));
}

/** One of our own targets. Throws where there is none of that id. */
export async function loadRegistered(contract: string, id: string): Promise<AnyTarget> {
  const load = registered(contract)[id];
  if (load === undefined) throw new Error(`There is no target ${id} for ${contract}.`);
  return (await load()).default as AnyTarget;
}

/** Where targets are looked for besides our own. */
export interface TargetPlace {
  readonly cwd: string;
  readonly config?: LoadedConfig | undefined;
}

/** The target of this id, file, or object, or the one that was chosen already; one of a config may be named without its store. Adds to `problems` what is wrong with it. */
export async function findTarget(
  given: string | AnyTarget | ChosenTarget,
  scenario: AnyScenario,
  { cwd, config }: TargetPlace,
  problems: string[],
): Promise<ChosenTarget | undefined> {
  if (typeof given !== 'string') {
    const chosen = 'target' in given ? given : { target: given };
    return fitting(chosen, chosen.target.id, scenario, problems);
  }
  if (isFile(given)) return targetOfFile(given, scenario, cwd, problems);
  const contract = scenario.contract.name;
  const ids = targetIdsOf(contract);
  if (!ids.includes(given)) {
    const own = configTargetsOf(contract, config);
    const found = own.find(({ target: { id } }) => id === given || id.slice(id.indexOf('/') + 1) === given);
    if (found !== undefined) return found;
    const known = [...ids, ...own.map(({ target }) => target.id)];
    const help =
      didYouMean(given, known) ||
      ` (known for ${contract}: ${known.join(', ') || 'none'}; or a file such as ./my.target.ts)`;
    problems.push(`unknown target "${given}"${help}`);
    return undefined;
  }
  return { target: await loadRegistered(contract, given), source: { kind: 'registry', contract, id: given } };
}

/** Those of a config that implement this contract. */
export function configTargetsOf(
  contract: string,
  config: LoadedConfig | undefined,
): readonly (ChosenTarget & { readonly source: TargetSource })[] {
  if (config === undefined) return [];
  return config.targets
    .filter((target) => target.contract === contract)
    .map((target) => ({
      target,
      source: { kind: 'config', path: config.path, contract, id: target.id },
    }));
}

async function targetOfFile(
  given: string,
  scenario: AnyScenario,
  cwd: string,
  problems: string[],
): Promise<ChosenTarget | undefined> {
  const file = path.resolve(cwd, given);
  if (!existsSync(file)) {
    problems.push(`target ${given}: there is no such file`);
    return undefined;
  }
  const target = (await loadUserModule(file)) as Partial<AnyTarget> | undefined;
  const missing = (['contract', 'id', 'open'] as const).filter((key) => target?.[key] === undefined);
  if (missing.length > 0) {
    problems.push(
      `target ${given}: expected its default export to be a target (see defineTarget), but it lacks: ${missing.join(', ')}`,
    );
    return undefined;
  }
  return fitting(
    { target: target as AnyTarget, source: { kind: 'file', path: file }, file: given },
    given,
    scenario,
    problems,
  );
}

function fitting(
  chosen: ChosenTarget,
  given: string,
  { contract, name }: AnyScenario,
  problems: string[],
): ChosenTarget | undefined {
  const { target } = chosen;
  if (target.contract !== contract.name) {
    problems.push(
      `target ${given}: it implements the contract "${target.contract}", but ${name} needs "${contract.name}"`,
    );
    return undefined;
  }
  const wrong = target.api?.problems ?? [];
  if (wrong.length > 0) {
    problems.push(...wrong.map((problem) => `target ${given}: ${problem}`));
    return undefined;
  }
  if (!/^[a-z0-9-]+\/[a-z0-9-]+$/.test(target.id)) {
    problems.push(`target ${given}: expected an id like "postgres/my-strategy", got "${target.id}"`);
    return undefined;
  }
  return chosen;
}
