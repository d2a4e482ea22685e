import { bare, baseUrlProblems } from '../stores/http/base-url.js';
import { isLoopback } from '../stores/loopback.js';
import { KEBAB } from './user-shapes.js';

export { baseUrlProblems };

/** What is wrong with the name and the address of an API, as flags give them. */
export function apiProblems({
  name,
  baseUrl,
}: {
  readonly name: string;
  readonly baseUrl: string | undefined;
}): readonly string[] {
  return [
    ...(KEBAB.test(name) ? [] : [`expected small letters, digits and dashes for --name, got "${name}"`]),
    ...(baseUrl === undefined ? [] : baseUrlProblems(baseUrl).map((problem) => `--base-url: ${problem}`)),
  ];
}

/** Whether an API is on another machine, so that it has to be allowed; of a base URL that nothing is wrong with. */
export function isElsewhere(baseUrl: string): boolean {
  return !isLoopback(bare(new URL(baseUrl).hostname));
}
