import { Undecided, type Checker } from '../core/checker.js';
import { answersOf, countedWords } from './answers.js';
import type { Burst } from './contract.js';
import { demands, matches } from './count-checker.js';
import type { CountExpectation, Expectation } from './expectation.js';

/** Who is not known, or comes too often, is not let through to what requests may meet at. */
const TURNED_AWAY = [401, 407, 429];

/**
 * Whether a trial can show a race at all. Most expectations also hold where nothing is done: `200 <= 1`, `after.stock >= 0`. So
 * somebody must have been served, and two must have been let through. Smallest counterexamples: a mistake in the path, and every
 * answer is 404; no token, and all are sent to a login with 302; a reset that does not reset, and all are refused with 409; a rate
 * limit that lets one through. Where a status is asked for (`409 = 8`, `302 = 1`), it is what being served means.
 */
export function servedChecker(expectations: readonly Expectation[]): Checker<Burst> {
  const demanded = expectations
    .filter((one): one is CountExpectation => one.kind === 'count')
    .filter(demands);
  const isDemanded = (status: number) => demanded.some((one) => matches(status, one.status));
  return {
    name: 'served requests',
    anomalies: [],
    restsOnAnswers: true,
    check(history) {
      const { answered, unclear } = answersOf(history);
      // Where nobody was answered at all the engine says so.
      if (answered.length === 0) return [];
      if (unclear.length === history.operations.length) {
        throw new Undecided('no request was clearly answered: every answer was a server error');
      }
      // What is not clear may have been served.
      if (unclear.length > 0) return [];
      const statuses = answered.map(({ output }) => output.status);
      const served = statuses.filter((status) => isSuccess(status) || isDemanded(status));
      if (served.length === 0) {
        throw new Undecided(`nobody was served (${countedWords(history.operations)})`);
      }
      const letThrough = statuses.filter((status) => !TURNED_AWAY.includes(status) || isDemanded(status));
      if (statuses.length > 1 && letThrough.length < 2) {
        throw new Undecided(`only one request was let through (${countedWords(history.operations)})`);
      }
      return [];
    },
  };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
