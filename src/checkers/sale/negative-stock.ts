import { productName, type SaleChecker } from './sale.js';

/**
 * A stock below zero in the final state. Linear.
 *
 * Certain, and proved by the final state alone, so it names no witness. Misses a stock that was below zero only for a
 * while: notes may tell of it, the final state cannot.
 */
export const negativeStock: SaleChecker = {
  name: 'negative-stock',
  anomalies: ['negative-stock'],
  check(sale) {
    return [...sale.left]
      .filter(([, stock]) => stock < 0)
      .map(([product, stock]) => ({
        anomaly: 'negative-stock',
        grade: 'violation',
        message: `The ${sale.words.stock} of ${productName(sale, product)} is ${stock} in the end.`,
        expected: `no ${sale.words.stock} below 0`,
        observed: `${sale.words.stock} ${stock}`,
        witness: [],
      }));
  },
};
