import { UsageError } from '../core/usage-error.js';
import type { AnyScenario } from './choice.js';
import { userCode } from './user-code.js';
import { reasonOf, UserModuleFailed } from './user-module.js';

/** What is asked of a scenario a few times a trial. What is asked for each operation is too short to be worth it. */
const PARTS = [
  'describe',
  'problems',
  'initial',
  'attempts',
  'faults',
  'slowestMs',
  'tally',
  'answers',
  'expected',
] as const satisfies readonly (keyof AnyScenario)[];

/**
 * A scenario of the user's none of whose code can go on for ever. What its checkers throw says what a trial proves; what else is
 * thrown, other than a UsageError, becomes a UserModuleFailed. `file` is what it is called by.
 */
export function watchedScenario(scenario: AnyScenario, file: string): AnyScenario {
  const watch = userCode();
  const given = scenario as unknown as Readonly<Record<string, unknown>>;
  const watched = PARTS.flatMap((part) => {
    const own = given[part];
    if (typeof own !== 'function') return [];
    const what = `${part}() of ${file}`;
    const call = (...words: unknown[]): unknown => {
      try {
        return watch.calling(what, own, () => own.apply(scenario, words) as unknown);
      } catch (error) {
        if (error instanceof UsageError) throw error;
        throw new UserModuleFailed(`${what} failed: ${reasonOf(error)}`, { cause: error });
      }
    };
    return [[part, call] as const];
  });
  const watchedChecker = <Checker extends { readonly name: string; check(history: never): unknown }>(
    checker: Checker,
  ): Checker => ({
    ...checker,
    check: (history: never) =>
      watch.calling(`checker ${checker.name} of ${file}`, checker, () => checker.check(history)),
  });
  return {
    ...scenario,
    ...Object.fromEntries(watched),
    checkers: scenario.checkers.map(watchedChecker) as unknown as AnyScenario['checkers'],
    ...(scenario.slowCheckers && { slowCheckers: scenario.slowCheckers.map(watchedChecker) }),
  };
}
