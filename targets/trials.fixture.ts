import type { Target } from '../src/index.js';
import { loadTarget, type TargetContracts } from './index.js';

/** Of an unsafe target, which stops at its first violation: none of them needs luck to be caught in so many. */
const TO_CATCH = 59;
/** Of a safe target: it only has to show that it works. */
const TO_SHOW = 10;
/** SecantusDB does some hundred operations a second, whatever they are. */
const TO_SHOW_ON_MONGODB = 5;

/** Targets that are judged together, since they need the same number of trials. */
export interface Alike<K extends keyof TargetContracts> {
  readonly trials: number;
  readonly targets: readonly (string | Target<TargetContracts[K]>)[];
}

/**
 * Of the contract's targets, by id, and of others, each with as many trials as what it claims in the scenario asks for. `more`: of
 * those, by id, that give up in some trials only.
 */
export async function byTrials<K extends keyof TargetContracts>(
  contract: K,
  scenario: string,
  targets: readonly (string | Target<TargetContracts[K]>)[],
  more: Readonly<Record<string, number>> = {},
): Promise<readonly Alike<K>[]> {
  const alike = new Map<number, (string | Target<TargetContracts[K]>)[]>();
  for (const one of targets) {
    const { id, expectations } =
      typeof one === 'string'
        ? { id: one, expectations: (await loadTarget(contract, one))?.expectations }
        : one;
    const claim = expectations?.[scenario];
    const toShow = id.startsWith('mongodb/') ? TO_SHOW_ON_MONGODB : TO_SHOW;
    const trials =
      claim === 'violated' ? TO_CATCH : claim === 'gives-up' ? Math.max(more[id] ?? 0, toShow) : toShow;
    alike.set(trials, [...(alike.get(trials) ?? []), one]);
  }
  return [...alike].map(([trials, together]) => ({ trials, targets: together }));
}
