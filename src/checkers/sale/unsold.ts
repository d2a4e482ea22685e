import type { Finding } from '../../core/checker.js';
import { addUnits, productName, type Attempt, type Sale, type SaleChecker } from './sale.js';
import { buyers, count, witnessOf } from './words.js';

/**
 * What the sale left undone, graded as interesting: refusals although the cart could have been filled from what was left
 * in the end, and units that a buyer who got nothing would have taken. n log n.
 *
 * What is left is given to those who got nothing, in the order of their attempts, as far as it goes: one unit left and
 * thirteen refused is one needless refusal, not thirteen. With carts of different sizes another order could serve more,
 * so the number is a lower bound. An `info` got what it got: it is left out. Says nothing about who was slow.
 */
export const unsold: SaleChecker = {
  name: 'unsold',
  anomalies: ['refused-though-stock-remained', 'unsold'],
  check(sale) {
    const refused = sale.attempts.filter((attempt) => gotNothing(sale, attempt, 'refused'));
    const failed = sale.attempts.filter((attempt) => gotNothing(sale, attempt, 'fail'));
    const needless = serve(refused, sale.left);
    const could = serve([...refused, ...failed], sale.left);
    return [...needlessRefusals(sale, needless), ...unsoldUnits(sale, could)];
  },
};

/** Was told that it got nothing, and nothing of it is stored. */
export function gotNothing(sale: Sale, attempt: Attempt, result: 'refused' | 'fail'): boolean {
  return attempt.result === result && !sale.ordersOf.has(attempt.buyer);
}

/** Those whose whole carts could be filled one after the other. */
export function serve(attempts: readonly Attempt[], left: Sale['left']): Attempt[] {
  const rest = new Map(left);
  return attempts.filter(({ takes }) => {
    const enough = [...takes].every(([product, units]) => (rest.get(product) ?? 0) >= units);
    if (enough) for (const [product, units] of takes) rest.set(product, (rest.get(product) ?? 0) - units);
    return enough;
  });
}

function needlessRefusals(sale: Sale, needless: readonly Attempt[]): Finding[] {
  if (needless.length === 0) return [];
  const they = needless.length > 1 ? 'were refused, though their carts' : 'was refused, though the cart';
  return [
    {
      anomaly: 'refused-though-stock-remained',
      grade: 'interesting',
      message: `${buyers(
        sale,
        needless.map(({ buyer }) => buyer),
      )} ${they} could have been filled from what was left.`,
      expected: 'no refusal while enough is left',
      observed: `left: ${wanted(sale, needless, (product) => sale.left.get(product) ?? 0)}`,
      witness: witnessOf(needless),
      needlessRefusals: needless.length,
    },
  ];
}

function unsoldUnits(sale: Sale, could: readonly Attempt[]): Finding[] {
  if (could.length === 0) return [];
  const taken = new Map<number, number>();
  for (const { takes } of could) addUnits(taken, takes);
  const units = wanted(sale, could, (product) => taken.get(product) ?? 0);
  return [
    {
      anomaly: 'unsold',
      grade: 'interesting',
      message: `${units} could have been sold to ${count(could.length, 'buyer')} who got nothing.`,
      expected: 'nothing unsold that somebody asked for',
      observed: `${units} unsold`,
      witness: witnessOf(could),
    },
  ];
}

function wanted(sale: Sale, attempts: readonly Attempt[], unitsOf: (product: number) => number): string {
  const products = new Set(attempts.flatMap(({ takes }) => [...takes.keys()]));
  return Array.from(
    products,
    (product) => `${count(unitsOf(product), 'unit')} of ${productName(sale, product)}`,
  ).join(', ');
}
