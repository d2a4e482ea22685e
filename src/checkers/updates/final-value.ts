import { reachable } from './reachable.js';
import type { Change, ChangingAttempt } from './updates.js';

/** A change of one value, with when it can have been. `fail` is left out before. */
export interface PlacedChange extends Change {
  readonly attempt: ChangingAttempt;
}

/**
 * The values that a series of changes can have left, each change at one moment between its invocation and its answer, an
 * `info` at any moment after its invocation or never. Undefined where they are too many to tell.
 *
 * The last `set` decides, and whatever is added after it: a `set` can be the last unless an acknowledged one was invoked
 * after it had been answered. What is added counts if it was invoked after that, does not if it was answered before, and
 * may or may not otherwise. So the result can be too large (it looks at each change by itself), never too small.
 */
export function possibleFinals(initial: number, changes: readonly PlacedChange[]): Set<number> | undefined {
  const sets = changes.filter(({ kind }) => kind === 'set');
  const adds = changes.filter(({ kind }) => kind === 'add');
  const lasts = sets.filter(
    (one) => !sets.some((other) => isOk(other) && other.attempt.invokedNs > one.attempt.completedNs),
  );
  const finals = new Set<number>();
  for (const last of sets.some(isOk) ? lasts : [undefined, ...lasts]) {
    const left = leftAfter(last, initial, adds);
    if (left === undefined) return undefined;
    for (const value of left) finals.add(value);
  }
  return finals;
}

function leftAfter(
  last: PlacedChange | undefined,
  initial: number,
  adds: readonly PlacedChange[],
): Set<number> | undefined {
  const certain = adds.filter(
    (add) => isOk(add) && (last === undefined || add.attempt.invokedNs > last.attempt.completedNs),
  );
  const possible = adds.filter(
    (add) =>
      !certain.includes(add) &&
      (last === undefined || !isOk(add) || add.attempt.completedNs >= last.attempt.invokedNs),
  );
  const from = certain.reduce((sum, { value }) => sum + value, last?.value ?? initial);
  const optional = possible.map(
    ({ value }) =>
      (sum: number) =>
        sum + value,
  );
  const left = reachable({ from, optional }, String);
  return left && new Set(Array.from(left, Number));
}

export function isOk({ attempt }: PlacedChange): boolean {
  return attempt.result === 'ok';
}
