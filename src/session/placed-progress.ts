import type { SessionProgress } from './options.js';

/** Which one of how many begins: `3/15 `, from the first on. Nothing beyond the last, which only one that was not planned can be. */
export function placeOf(total: number): () => string {
  let begun = 0;
  return () => {
    begun += 1;
    return begun <= total ? `${begun}/${total} ` : '';
  };
}

/**
 * Tells of each target which one of how many it is, and what else its id lacks, such as its scenario. One that ends without
 * having begun, since there was no time for it, has its number then.
 */
export function placed(
  progress: SessionProgress | undefined,
  place: () => string,
  head = '',
): SessionProgress | undefined {
  if (progress === undefined) return undefined;
  let hasBegun = false;
  return {
    ...progress,
    targetStarted: (id, role, planned) => {
      hasBegun = true;
      progress.targetStarted(`${place()}${head}${id}`, role, planned);
    },
    targetDone: (id, words) => {
      progress.targetDone(`${hasBegun ? '' : place()}${head}${id}`, words);
      hasBegun = false;
    },
  };
}
