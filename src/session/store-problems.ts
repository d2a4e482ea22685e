import { STORES } from '../stores/index.js';
import { didYouMean } from './nearest.js';

/** What is wrong with these names of stores; `where` they were given, for people. */
export function storeProblems(stores: readonly string[] = [], where = ''): readonly string[] {
  const known = Object.keys(STORES);
  return stores
    .filter((store) => !known.includes(store))
    .map(
      (store) => `unknown store "${store}"${where}${didYouMean(store, known)} (known: ${known.join(', ')})`,
    );
}
