import type { Created, NumberingChecker } from './numbering.js';

/**
 * Who was answered before somebody else began has the lower number. n log n; one finding, for the first pair.
 *
 * Looks at answers `created` only. Of calls that overlap any order is right, so it misses numbers that were drawn in another
 * order than the calls reached the store; times are those of the client, and equal times overlap. Equal numbers are
 * not its matter. A number at or below the last one given before the trial is out of order too, unless somebody has it:
 * then it is a number given twice.
 */
export const numberOrder: NumberingChecker = {
  name: 'number-order',
  anomalies: ['number-out-of-order'],
  check({ created, startAt, initial, label }) {
    const taken = new Set(initial.map(({ number }) => number));
    const old = created.find(({ number }) => number <= startAt && !taken.has(number));
    if (old) {
      return [
        report(
          `Client ${old.client} was given ${label(old.number)}, though ${label(startAt)} had been given before.`,
          `a number above ${label(startAt)}`,
          label(old.number),
          old.witness,
        ),
      ];
    }
    const pair = firstPair(created);
    if (!pair) return [];
    const [before, after] = pair;
    return [
      report(
        `Client ${before.client} had been given ${label(before.number)} when client ${after.client} began, who was given ${label(after.number)}.`,
        'numbers in the order of calls that do not overlap',
        `${label(before.number)}, then ${label(after.number)}`,
        [...before.witness, ...after.witness].sort((a, b) => a - b),
      ),
    ];
  },
};

/** Goes through the invocations in time, with the highest number that had been answered by then. */
function firstPair(created: readonly Created[]): readonly [Created, Created] | undefined {
  const completions = created.toSorted((a, b) => a.completedNs - b.completedNs);
  let completed = 0;
  let highest: Created | undefined;
  for (const after of created.toSorted((a, b) => a.invokedNs - b.invokedNs)) {
    for (
      let one = completions[completed];
      one && one.completedNs < after.invokedNs;
      one = completions[completed]
    ) {
      if (!highest || one.number > highest.number) highest = one;
      completed += 1;
    }
    if (highest && highest.number > after.number) return [highest, after];
  }
  return undefined;
}

function report(message: string, expected: string, observed: string, witness: readonly number[]) {
  return {
    anomaly: 'number-out-of-order',
    grade: 'violation',
    message,
    expected,
    observed,
    witness,
  } as const;
}
