import type { SessionProgress } from './options.js';

/** Which one of how many begins: `3/15 `, from the first on. Nothing beyond the last, which only one that was not planned can be. */
export function placeOf(total: number): () => string {
  let begun = 0;
  return () => {
    begun += 1;
    return begun <= total ? `${begun}/${total} ` : '';
  };
}

/** Tells of each target which one of how many it is, and what else its id lacks, such as its scenario. */
export function placed(
  progress: SessionProgress | undefined,
  place: () => string,
  head = '',
): SessionProgress | undefined {
  return (
    progress && {
      ...progress,
      targetStarted: (id, role, planned) => progress.targetStarted(`${place()}${head}${id}`, role, planned),
      targetDone: (id, words) => progress.targetDone(`${head}${id}`, words),
    }
  );
}
