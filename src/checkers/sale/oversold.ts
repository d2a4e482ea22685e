import type { Finding } from '../../core/checker.js';
import { findLostUpdate } from './lost-update.js';
import { productName, type Attempt, type Order, type Sale, type SaleChecker } from './sale.js';
import { count } from './words.js';

/**
 * More units of a product were promised by `ordered` answers, or are in stored orders, than there were at first. Linear.
 *
 * Certain: it looks at answers and stored orders alone and counts no `info`. Misses nothing of what it defines; a target
 * that loses units without promising them is conservation's. It would be wrong only if something added stock during the
 * trial, which no operation of a sale does.
 */
export const oversold: SaleChecker = {
  name: 'oversold',
  anomalies: ['oversold'],
  check(sale) {
    const promised = unitsByProduct(sale.attempts.filter(({ result }) => result === 'ordered'));
    const stored = unitsByProduct(sale.orders);
    const sold = new Set([...promised.keys(), ...stored.keys()]);
    return [...sold].flatMap((product) => {
      const stock = sale.products.get(product)?.stock ?? 0;
      const answers = promised.get(product) ?? [];
      const orders = stored.get(product) ?? [];
      if (total(answers, product) > stock) {
        return [report(sale, product, stock, answers, '', proof(answers, product, stock))];
      }
      if (total(orders, product) > stock) {
        const known = orders.flatMap(({ buyer }) => sale.attemptOf.get(buyer) ?? []);
        return [report(sale, product, stock, orders, 'stored ', proof([...new Set(known)], product, stock))];
      }
      return [];
    });
  },
};

function unitsByProduct<T extends Attempt | Order>(takers: readonly T[]): Map<number, T[]> {
  const byProduct = new Map<number, T[]>();
  for (const taker of takers) {
    for (const product of taker.takes.keys()) {
      const known = byProduct.get(product);
      if (known) known.push(taker);
      else byProduct.set(product, [taker]);
    }
  }
  return byProduct;
}

function total(takers: readonly (Attempt | Order)[], product: number): number {
  return takers.reduce((sum, { takes }) => sum + (takes.get(product) ?? 0), 0);
}

/** The first attempts that are too many together. */
function proof(attempts: readonly Attempt[], product: number, stock: number): number[] {
  let taken = 0;
  const witness: number[] = [];
  for (const attempt of attempts) {
    if (taken > stock) break;
    taken += attempt.takes.get(product) ?? 0;
    witness.push(...attempt.witness);
  }
  return witness.sort((a, b) => a - b);
}

function report(
  sale: Sale,
  product: number,
  stock: number,
  takers: readonly (Attempt | Order)[],
  kind: string,
  witness: number[],
): Finding {
  const units = total(takers, product);
  const of = sale.products.size > 1 ? ` of ${productName(sale, product)}` : '';
  const { order, unit } = sale.words;
  const orders = count(takers.length, `${kind}${order}`);
  const what = units === takers.length ? orders : `${orders} of ${count(units, unit)} together`;
  const lost = findLostUpdate(sale, product);
  return {
    anomaly: 'oversold',
    grade: 'violation',
    message: `${what} for ${count(stock, unit)}${of}.${lost ? ` Lost update: ${lost.message[0]?.toLowerCase()}${lost.message.slice(1)}` : ''}`,
    expected: `at most ${count(stock, unit)} of ${productName(sale, product)} sold`,
    observed: `${count(units, unit)} in ${orders}`,
    witness,
  };
}
