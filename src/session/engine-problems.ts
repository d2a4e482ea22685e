import type { ChosenTarget } from './choice.js';
import type { Engine } from './options.js';

/** What speaks against a load engine for these targets. */
export function engineProblems(engine: Engine, named: readonly ChosenTarget[]): readonly string[] {
  if (engine === 'burst') return [];
  return named.flatMap(({ source, target: { id, api } }) => {
    if (api?.exchange === undefined) return [`${id} is no HTTP API: ${engine} sends HTTP requests`];
    if (source === undefined) {
      return [`${id} is an object of this process, where ${engine} cannot send for it: name its file`];
    }
    return [];
  });
}
