import type { Checker } from '../../core/checker.js';
import type { ContractTypes } from '../../core/contract.js';
import type { History } from '../../core/history.js';
import { consistentReads } from './consistent-reads.js';
import { oneAName } from './one-a-name.js';
import { totals } from './totals.js';
import type { UpdateChecker, UpdateFacts } from './updates.js';
import { usage } from './usage.js';

/** Every question that is asked of updates, the ones that matter most to people first. */
export const UPDATE_CHECKERS = [
  totals,
  usage,
  oneAName,
  consistentReads,
] as const satisfies readonly UpdateChecker[];

/**
 * The checkers of any contract in which values are updated. `factsOf` says how its histories are read; it is asked once for
 * each history.
 */
export function updateCheckers<C extends ContractTypes>(
  factsOf: (history: History<C>) => UpdateFacts,
): [Checker<C>, ...Checker<C>[]] {
  const known = new WeakMap<History<C>, UpdateFacts>();
  const remembered = (history: History<C>): UpdateFacts => {
    const facts = known.get(history) ?? factsOf(history);
    known.set(history, facts);
    return facts;
  };
  const [first, ...others] = UPDATE_CHECKERS;
  const checkerOf = (checker: UpdateChecker): Checker<C> => ({
    name: checker.name,
    anomalies: checker.anomalies,
    check: (history) => checker.check(remembered(history)),
  });
  return [checkerOf(first), ...others.map(checkerOf)];
}
