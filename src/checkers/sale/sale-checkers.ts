import type { AnomalyId } from '../../core/anomaly.js';
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

/** What a contract may ask in another way than a shop does. */
export interface SaleQuestions {
  /** Default: those of a shop. */
  readonly checkers?: readonly [SaleChecker, ...SaleChecker[]];
  /** Names of its own for some anomalies, by ours: a booking that is missing is no missing order. */
  readonly anomalies?: Readonly<Record<string, AnomalyId>>;
}

/**
 * The checkers of any contract in which buyers take units of limited stock. `factsOf` says how its histories are read;
 * it is asked once for each history.
 */
export function saleCheckers<C extends ContractTypes>(
  factsOf: (history: History<C>) => SaleFacts,
  { checkers = SALE_CHECKERS, anomalies = {} }: SaleQuestions = {},
): [Checker<C>, ...Checker<C>[]] {
  const sales = new WeakMap<History<C>, Sale>();
  const saleOf = (history: History<C>): Sale => {
    const known = sales.get(history);
    if (known) return known;
    const sale = toSale(factsOf(history));
    sales.set(history, sale);
    return sale;
  };
  const named = (anomaly: AnomalyId): AnomalyId => anomalies[anomaly] ?? anomaly;
  const checkerOf = (checker: SaleChecker): Checker<C> => ({
    name: checker.name,
    anomalies: checker.anomalies.map(named),
    check: (history) =>
      checker.check(saleOf(history)).map((finding) => ({ ...finding, anomaly: named(finding.anomaly) })),
  });
  const [first, ...others] = checkers;
  return [checkerOf(first), ...others.map(checkerOf)];
}
