import { existsSync } from 'node:fs';
import path from 'node:path';
import { SCENARIOS } from '../../scenarios/index.js';
import type { ContractTypes } from '../core/contract.js';
import type { Scenario } from '../core/scenario.js';
import { type Target } from '../core/target.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import { targetIdsOf } from './find-targets.js';
import { didYouMean } from './nearest.js';
import { loadUserModule } from './user-module.js';
import { watchedScenario } from './user-scenario.js';
import { scenarioProblems, targetProblems } from './user-shapes.js';

/** A target of any contract, as a config lists it. What it and its scenarios say to each other stays between them. */
export type ConfigTarget = Omit<Target<ContractTypes>, 'open'> & { open(context: never): unknown };

/** A scenario of any contract, as a config lists it. */
export type ConfigScenario = Pick<
  Scenario<ContractTypes>,
  'name' | 'summary' | 'source' | 'controls' | 'defaultTarget'
> & {
  readonly contract: { readonly name: string };
  attempts(parameters: never, random: () => number): readonly unknown[];
};

/** Targets and scenarios of one's own. */
export interface Config {
  readonly targets?: readonly ConfigTarget[];
  readonly scenarios?: readonly ConfigScenario[];
}

/** A config file that was loaded, and that nothing is wrong with. */
export interface LoadedConfig {
  readonly path: string;
  readonly targets: readonly AnyTarget[];
  readonly scenarios: readonly AnyScenario[];
}

const NAMES = ['ts', 'mts', 'js', 'mjs'].map((end) => `race-check.config.${end}`);

/** The config file that was named, else the one in the folder, if there is one. Throws UsageError for a name of nothing. */
export function findConfig(cwd: string, given?: string): string | undefined {
  if (given === undefined) return NAMES.map((name) => path.join(cwd, name)).find((file) => existsSync(file));
  const file = path.resolve(cwd, given);
  if (!existsSync(file))
    throw new UsageError([`expected a config file for --config, got "${given}": there is no such file`]);
  return file;
}

/** By path: one process loads a config once. */
const loaded = new Map<string, Promise<LoadedConfig>>();

/** Throws UsageError with everything that is wrong with the file, and UserModuleFailed where it is no code. */
export function loadConfig(file: string): Promise<LoadedConfig> {
  const loading = loaded.get(file) ?? load(file);
  loaded.set(file, loading);
  return loading;
}

const PARTS = ['targets', 'scenarios'] as const;

async function load(file: string): Promise<LoadedConfig> {
  const shown = path.basename(file);
  const exported = await loadUserModule(file);
  if (typeof exported !== 'object' || exported === null) {
    throw new UsageError([`${shown}: expected its default export to be a config (see defineConfig)`]);
  }
  const { targets = [], scenarios = [] } = exported as { targets?: unknown; scenarios?: unknown };
  const problems = [
    ...Object.keys(exported)
      .filter((key) => !(PARTS as readonly string[]).includes(key))
      .map((key) => `unknown part "${key}"${didYouMean(key, PARTS)} (known: ${PARTS.join(', ')})`),
    ...partProblems('targets', targets, targetProblems),
    ...partProblems('scenarios', scenarios, scenarioProblems),
  ];
  if (problems.length === 0)
    problems.push(
      ...togetherProblems(targets as AnyTarget[], scenarios as AnyScenario[], await contractNames()),
    );
  demandNone(problems.map((problem) => `${shown}: ${problem}`));
  return {
    path: file,
    targets: targets as AnyTarget[],
    scenarios: (scenarios as AnyScenario[]).map((scenario) => watchedScenario(scenario, shown)),
  };
}

function partProblems(
  part: (typeof PARTS)[number],
  value: unknown,
  problemsOf: (one: unknown) => readonly string[],
): readonly string[] {
  if (!Array.isArray(value)) return [`${part}: expected a list`];
  return value.flatMap((one: unknown, index) => {
    const { id, name } = (one ?? {}) as { id?: unknown; name?: unknown };
    const own = [id, name].find(
      (word): word is string => typeof word === 'string' && !word.includes('undefined'),
    );
    return problemsOf(one).map(
      (problem) => `${part}[${index}]${own === undefined ? '' : ` (${own})`}: ${problem}`,
    );
  });
}

async function contractNames(): Promise<readonly string[]> {
  const all = await Promise.all(Object.values(SCENARIOS).map((one) => one()));
  return [...new Set(all.map(({ contract }) => contract.name))];
}

/** What is wrong with parts that are each right: a name for two things, a contract without a scenario. */
function togetherProblems(
  targets: readonly AnyTarget[],
  scenarios: readonly AnyScenario[],
  ours: readonly string[],
): readonly string[] {
  const contracts = [...ours, ...scenarios.map(({ contract }) => contract.name)];
  const names = targets.map(({ contract, id }) => `${contract} ${id}`);
  return [
    ...targets.flatMap(({ id, contract }, index) => [
      ...(names.indexOf(`${contract} ${id}`) < index
        ? [`targets[${index}]: there is another target ${id} for ${contract}`]
        : []),
      ...(targetIdsOf(contract).includes(id)
        ? [`targets[${index}]: ${id} is one of ours: give it another name`]
        : []),
      ...(contracts.includes(contract)
        ? []
        : [
            `targets[${index}] (${id}): there is no scenario of the contract "${contract}"${didYouMean(contract, contracts)}`,
          ]),
    ]),
    ...scenarios.flatMap(({ name }, index) => [
      ...(scenarios.findIndex((one) => one.name === name) < index
        ? [`scenarios[${index}]: there is another scenario ${name}`]
        : []),
      ...(Object.hasOwn(SCENARIOS, name)
        ? [`scenarios[${index}]: ${name} is one of ours: give it another name`]
        : []),
    ]),
  ];
}
