import { Undecided, type Checker } from '../core/checker.js';
import { answersOf, countedWords, unclearWords } from './answers.js';
import type { History } from '../core/history.js';
import type { Burst } from './contract.js';
import { COMPARISONS, type CountExpectation } from './expectation.js';

/**
 * How many answers have a status. An unclear request counts as its own status where that is what is counted, and else as one
 * that may have had it: the expectation is broken if it is whatever became of those, holds if it does, and is undecided
 * between the two. So two 200 and one 503 break `200 = 1`; one 200 and one 503 leave it open; `5xx = 0` is broken by both.
 */
export function countChecker(expectation: CountExpectation, anomaly: string): Checker<Burst> {
  const { text, status, comparison, count } = expectation;
  const holdsFor = (value: number) => COMPARISONS[comparison](value, count);
  return {
    name: `expect ${text}`,
    anomalies: [anomaly],
    restsOnAnswers: true,
    check(history) {
      const { answered, unclear } = answersOf(history);
      const matching = answered.filter(({ output }) => matches(output.status, status));
      const open = unclear.filter((one) => one.status !== 'ok' || !matches(one.output.status, status));
      const possible = Array.from({ length: open.length + 1 }, (_, extra) => matching.length + extra);
      if (possible.every(holdsFor)) return [];
      if (possible.some(holdsFor)) {
        throw new Undecided(`"${text}" is open: not every answer is clear (${unclearWords(open)})`);
      }
      return [
        {
          anomaly,
          grade: 'violation',
          message: `${had(matching.length, history)} the status ${status}, expected ${text}`,
          expected: text,
          observed: countedWords(history.operations),
          witness: (matching.length > 0 ? matching : answered).flatMap(
            ({ completeIndex }) => completeIndex ?? [],
          ),
        },
      ];
    },
  };
}

/** Where none had it, the others tell: `201` may be how this API says what `200` was expected for. */
function had(matching: number, { operations }: History<Burst>): string {
  if (matching === 0) return `no answer of ${operations.length} (${countedWords(operations)}) had`;
  return `${matching} ${matching === 1 ? 'answer' : 'answers'} of ${operations.length} had`;
}

/** Whether an expectation asks for at least one answer with its status. */
export function demands({ comparison, count }: CountExpectation): boolean {
  return !COMPARISONS[comparison](0, count);
}

/** `2xx` stands for all that begin with a 2. */
export function matches(status: number, wanted: string): boolean {
  return wanted.endsWith('xx') ? String(status).startsWith(wanted[0]!) : String(status) === wanted;
}
