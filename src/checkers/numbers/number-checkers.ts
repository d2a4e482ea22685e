import type { Checker } from '../../core/checker.js';
import type { ContractTypes } from '../../core/contract.js';
import type { History } from '../../core/history.js';
import { counterAgrees } from './counter.js';
import { gapless } from './gapless.js';
import { numberOrder } from './number-order.js';
import { toNumbering, type Numbering, type NumberingChecker, type NumberingFacts } from './numbering.js';
import { oneAPhone } from './one-a-phone.js';
import { neededRejections } from './rejections.js';
import { storedCustomers } from './stored-customers.js';
import { uniqueNumbers } from './unique-numbers.js';

/** Every question that is asked of a numbering, the ones that matter most to people first. */
export const NUMBERING_CHECKERS = [
  uniqueNumbers,
  oneAPhone,
  numberOrder,
  counterAgrees,
  storedCustomers,
  gapless,
  neededRejections,
] as const satisfies readonly NumberingChecker[];

/**
 * The checkers of any contract in which customers get consecutive numbers. `factsOf` says how its histories are read; it
 * is asked once for each history.
 */
export function numberCheckers<C extends ContractTypes>(
  factsOf: (history: History<C>) => NumberingFacts,
): [Checker<C>, ...Checker<C>[]] {
  const known = new WeakMap<History<C>, Numbering>();
  const numberingOf = (history: History<C>): Numbering => {
    const numbering = known.get(history) ?? toNumbering(factsOf(history));
    known.set(history, numbering);
    return numbering;
  };
  const checkerOf = ({ name, anomalies, check }: NumberingChecker): Checker<C> => ({
    name,
    anomalies,
    check: (history) => check(numberingOf(history)),
  });
  const [first, ...others] = NUMBERING_CHECKERS;
  return [checkerOf(first), ...others.map(checkerOf)];
}
