import type { TriedTrial } from './trial.js';

/** In a row, without one answer or with the loss of the target's process: nothing more is to be learnt. */
const LIMIT = 3;

/** Trials in a row that taught nothing. */
export class FruitlessTrials {
  #inARow = 0;

  /**
   * One more trial. `isAnswered`: of some operation it is known what became of it; `isFit`: nothing of it is left that may still be
   * at work. Why no other is to be begun, if there were too many in a row.
   */
  add(
    { burst }: Pick<TriedTrial, 'burst'>,
    { isAnswered, isFit }: { readonly isAnswered: boolean; readonly isFit: boolean },
  ): string | undefined {
    this.#inARow = isAnswered && isFit ? 0 : this.#inARow + 1;
    if (this.#inARow < LIMIT) return undefined;
    return `in ${LIMIT} trials in a row ${fruitlessness(burst.broken, isAnswered)}`;
  }
}

function fruitlessness(isBroken: boolean, isAnswered: boolean): string {
  if (!isAnswered) return 'nobody could say of any operation whether it had happened';
  return isBroken ? "the target's process was lost" : 'operations were left that may still be at work';
}
