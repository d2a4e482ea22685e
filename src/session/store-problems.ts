import { STORES } from '../stores/index.js';
import { parseBaseUrl } from '../stores/http/base-url.js';
import { urlProblem, urlProblemOf } from '../stores/url-problem.js';
import type { ChosenTarget } from './choice.js';
import { didYouMean } from './nearest.js';
import type { SessionOptions } from './options.js';

/** What is wrong with these names of stores; `where` they were given, for people. */
export function storeProblems(stores: readonly string[] = [], where = ''): readonly string[] {
  const known = Object.keys(STORES);
  return stores
    .filter((store) => !known.includes(store))
    .map(
      (store) => `unknown store "${store}"${where}${didYouMean(store, known)} (known: ${known.join(', ')})`,
    );
}

/**
 * What is wrong with the URLs of stores: a mistake of whoever gave them, so that nothing is started. One that leads elsewhere is
 * wrong only where a store is `used` (absent: all of them), since a variable may be there for another purpose.
 */
export function storeUrlProblems(
  { storeUrls = {}, allowRemote = false }: Pick<SessionOptions, 'storeUrls' | 'allowRemote'>,
  used?: readonly string[],
): readonly string[] {
  return Object.entries(storeUrls).flatMap(([store, url]) => {
    if (url === undefined) return [];
    const isUsed = used === undefined || used.includes(store);
    return urlProblem(store, url, allowRemote || !isUsed) ?? [];
  });
}

/**
 * What is wrong with where these APIs are, as far as the targets say it themselves: they were asked for by name, so it is a mistake
 * like that of a store's URL, and nothing is started.
 */
export function apiUrlProblems(
  asked: readonly ChosenTarget[],
  { allowRemote = false }: Pick<SessionOptions, 'allowRemote'>,
): readonly string[] {
  return asked.flatMap(({ target: { id, api } }) => {
    const { baseUrl } = api ?? {};
    if (typeof baseUrl !== 'string') return [];
    const problem = urlProblemOf(() => parseBaseUrl(baseUrl, allowRemote));
    return problem === undefined ? [] : [`target ${id}: ${problem}`];
  });
}
