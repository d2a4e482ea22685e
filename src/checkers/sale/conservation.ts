import type { Finding } from '../../core/checker.js';
import { findLostUpdate } from './lost-update.js';
import { addUnits, productName, type Sale, type SaleChecker } from './sale.js';
import { count, witnessOf } from './words.js';

/**
 * What is left and what was sold add up to what there was, for every product. Linear.
 *
 * Sold is what was answered `ordered`, and what is stored for anybody else. So the stored orders decide which `info`
 * happened. That is sound because an attempt takes its units and stores its order together or not at all, and because
 * the final state is read when nothing is at work any more: an `info` whose units are gone and whose order is not
 * there (or the other way round) is half an attempt, which nothing permits. It would be wrong if an `info` still
 * committed between the final reads of stock and of orders, so a trial in which that cannot be excluded must not be
 * checked.
 *
 * Misses two errors of one product that cancel out. Where too much is left and notes show two buyers who wrote from the
 * same value, the finding is the lost update itself; else `stock-not-conserved`.
 */
export const conservation: SaleChecker = {
  name: 'conservation',
  anomalies: ['lost-update', 'stock-not-conserved'],
  check(sale) {
    const sold = soldUnits(sale);
    const products = new Set([...sale.products.keys(), ...sale.left.keys(), ...sold.keys()]);
    return [...products].flatMap((product) => judge(sale, product, sold.get(product) ?? 0));
  },
};

function soldUnits(sale: Sale): Map<number, number> {
  const sold = new Map<number, number>();
  for (const attempt of sale.attempts) if (attempt.result === 'ordered') addUnits(sold, attempt.takes);
  for (const order of sale.orders) {
    if (sale.attemptOf.get(order.buyer)?.result !== 'ordered') addUnits(sold, order.takes);
  }
  return sold;
}

function judge(sale: Sale, product: number, sold: number): Finding[] {
  const name = productName(sale, product);
  const initial = sale.products.get(product)?.stock;
  const left = sale.left.get(product);
  if (initial !== undefined && left !== undefined && left + sold === initial) return [];
  // A product of no state that only orders know of is theirs to explain.
  if (initial === undefined && left === undefined) return [];

  const surplus = (left ?? NaN) + sold - (initial ?? NaN);
  const lost = surplus > 0 ? findLostUpdate(sale, product) : undefined;
  const { unit, ordered } = sale.words;
  const expected = `left + ${ordered} = ${initial ?? 'no such product'}`;
  const observed =
    left === undefined
      ? `${name} is not in the final state`
      : `${left} left + ${sold} ${ordered} = ${left + sold}`;
  const apart = Number.isFinite(surplus) ? { discrepancy: Math.abs(surplus) } : {};
  if (lost) {
    const { message, witness } = lost;
    return [{ anomaly: 'lost-update', grade: 'violation', message, expected, observed, witness, ...apart }];
  }
  const message =
    initial === undefined
      ? `${name} was not there at first and is in the final state.`
      : left === undefined
        ? `${name} is missing from the final state.`
        : `${name}: ${count(initial, unit)} at first, ${left} left, ${sold} ${ordered}, which is ${difference(surplus)}.`;
  const takers = sale.attempts.filter(
    ({ takes, result }) => takes.has(product) && (result === 'ordered' || result === 'info'),
  );
  const witness = witnessOf(takers);
  return [
    { anomaly: 'stock-not-conserved', grade: 'violation', message, expected, observed, witness, ...apart },
  ];
}

function difference(surplus: number): string {
  return surplus > 0 ? `${surplus} too many` : `${-surplus} too few`;
}
