import { SCENARIOS } from '../../scenarios/index.js';
import { UsageError } from '../core/usage-error.js';
import type { AnyScenario } from '../session/choice.js';
import { findConfig, loadConfig, type LoadedConfig } from '../session/config.js';
import { findScenario, isFile } from '../session/find-scenario.js';
import { UserModuleFailed } from '../session/user-module.js';

/** What looks like a scenario behind one of these is a URL, the value of a flag, or another kind of file. */
const OF_NO_SCENARIO = ['burst', 'judge', 'check', 'replay', 'list', 'doctor', 'init', 'matrix'];

/** `help flash-sale` is `flash-sale --help`: with the scenario's own numbers. */
export function helpAsFlag(argv: readonly string[]): readonly string[] {
  const [first, second, ...rest] = argv;
  if (first !== 'help') return argv;
  return second === undefined ? ['--help'] : [second, '--help', ...rest];
}

/** The scenario among the words, if there is one that can be loaded: its numbers become flags. What is wrong is said later. */
export async function scenarioOf(
  argv: readonly string[],
  config: LoadedConfig | undefined,
): Promise<AnyScenario | undefined> {
  if (OF_NO_SCENARIO.includes(argv[0] ?? '')) return undefined;
  const names = scenarioNames(config);
  const word = argv.find((one, index) => !isFlagValue(argv, index) && (names.includes(one) || isFile(one)));
  if (word === undefined) return undefined;
  return findScenario(word, process.cwd(), config).catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
}

export function scenarioNames(config: LoadedConfig | undefined): readonly string[] {
  return [...Object.keys(SCENARIOS), ...(config?.scenarios.map(({ name }) => name) ?? [])];
}

/** The config that the words name, or that lies in the working directory. What is wrong with it is said later. */
export async function configOf(argv: readonly string[]): Promise<LoadedConfig | undefined> {
  try {
    const at = argv.findIndex((word) => word === '--config' || word.startsWith('--config='));
    const given = argv[at]?.startsWith('--config=') ? argv[at].slice('--config='.length) : argv[at + 1];
    const file = findConfig(process.cwd(), at === -1 ? undefined : given);
    return file === undefined ? undefined : await loadConfig(file);
  } catch (error) {
    if (error instanceof UsageError || error instanceof UserModuleFailed) return undefined;
    throw error;
  }
}

/** `--target ./my.target.ts` names no scenario. */
function isFlagValue(argv: readonly string[], index: number): boolean {
  return /^(-t|--target|-o|--out|--seed|--store|--contract|--markdown|--reporter|--baseline|--exec|--config|--base-url|--command|--file)$/.test(
    argv[index - 1] ?? '',
  );
}
