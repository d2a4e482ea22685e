import type { Checker } from '../../core/checker.js';
import type { ContractTypes } from '../../core/contract.js';
import type { History } from '../../core/history.js';
import { conservation } from './conservation.js';
import { falseRefusal } from './false-refusal.js';
import { negativeStock } from './negative-stock.js';
import { orders } from './orders.js';
import { oversold } from './oversold.js';
import { toSale, type Sale, type SaleChecker, type SaleFacts } from './sale.js';
import { unsold } from './unsold.js';

/** Every question that is asked of a sale, the ones that matter most to people first. */
export const SALE_CHECKERS = [
  oversold,
  negativeStock,
  conservation,
  orders,
  falseRefusal,
  unsold,
] as const satisfies readonly SaleChecker[];

/**
 * The checkers of any contract in which buyers take units of limited stock. `factsOf` says how its histories are read;
 * it is asked once for each history.
 */
export function saleCheckers<C extends ContractTypes>(
  factsOf: (history: History<C>) => SaleFacts,
): [Checker<C>, ...Checker<C>[]] {
  const sales = new WeakMap<History<C>, Sale>();
  const saleOf = (history: History<C>): Sale => {
    const known = sales.get(history);
    if (known) return known;
    const sale = toSale(factsOf(history));
    sales.set(history, sale);
    return sale;
  };
  const checkerOf = (checker: SaleChecker): Checker<C> => ({
    name: checker.name,
    anomalies: checker.anomalies,
    check: (history) => checker.check(saleOf(history)),
  });
  const [first, ...others] = SALE_CHECKERS;
  return [checkerOf(first), ...others.map(checkerOf)];
}
