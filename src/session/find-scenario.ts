import { existsSync } from 'node:fs';
import path from 'node:path';
import { SCENARIOS } from '../../scenarios/index.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import type { AnyScenario } from './choice.js';
import type { LoadedConfig } from './config.js';
import { didYouMean } from './nearest.js';
import { loadUserModule } from './user-module.js';
import { watchedScenario } from './user-scenario.js';

/** A name is a file if it looks like one: it ends in `.ts` or `.js` (or `.mts`, `.mjs`, `.cts`, `.cjs`). */
export function isFile(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

/** The scenario of this name, ours or one of the config, or the default export of this file. */
export async function findScenario(name: string, cwd: string, config?: LoadedConfig): Promise<AnyScenario> {
  if (isFile(name)) return scenarioOfFile(path.resolve(cwd, name), name);
  const own = config?.scenarios ?? [];
  const load = SCENARIOS[name];
  if (load === undefined) {
    const found = own.find((one) => one.name === name);
    if (found !== undefined) return found;
    const names = [...Object.keys(SCENARIOS), ...own.map((one) => one.name)];
    // A list is no help to whoever mistyped.
    const help =
      didYouMean(name, names) || ` (known: ${names.join(', ')}; or a file such as ./my.scenario.ts)`;
    throw new UsageError([`unknown scenario "${name}"${help}`]);
  }
  return load();
}

async function scenarioOfFile(file: string, given: string): Promise<AnyScenario> {
  if (!existsSync(file)) throw new UsageError([`scenario ${given}: there is no such file`]);
  const scenario = (await loadUserModule(file)) as Partial<AnyScenario> | undefined;
  const { scenarioProblems, SCENARIO_PARTS } = await import('./user-shapes.js');
  const missing = SCENARIO_PARTS.filter((key) => scenario?.[key] === undefined);
  if (missing.length > 0) {
    throw new UsageError([
      `scenario ${given}: expected its default export to be a scenario (see defineScenario), but it lacks: ${missing.join(', ')}`,
    ]);
  }
  demandNone(scenarioProblems(scenario).map((problem) => `scenario ${given}: ${problem}`));
  return watchedScenario(scenario as AnyScenario, given);
}
