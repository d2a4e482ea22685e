import { STORES } from '../stores/index.js';
import { urlProblem } from '../stores/url-problem.js';
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
