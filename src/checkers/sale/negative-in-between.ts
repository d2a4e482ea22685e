import { productName, type SaleChecker } from './sale.js';

/**
 * A stock that was below zero for a while, by the notes of what operations read and wrote, and is not in the end. Graded
 * as interesting: whoever read it then was told of units that do not exist, yet nothing was sold twice. Linear in the notes.
 *
 * Misses what no note tells of. A stock that is below zero in the end is `negative-stock`, a violation, and not said twice.
 */
export const negativeInBetween: SaleChecker = {
  name: 'negative-in-between',
  anomalies: ['negative-in-between'],
  check(sale) {
    return [...sale.left].flatMap(([product, left]) => {
      if (left < 0) return [];
      const below = sale.attempts.flatMap((attempt) =>
        attempt.accesses
          .filter((access) => access.product === product && (access.stock ?? 0) < 0)
          .map(({ stock = 0, index }) => ({ attempt, stock, index })),
      );
      const [first] = below.sort((a, b) => a.stock - b.stock || a.index - b.index);
      if (first === undefined) return [];
      const { stock } = sale.words;
      return [
        {
          anomaly: 'negative-in-between',
          grade: 'interesting' as const,
          message: `The ${stock} of ${productName(sale, product)} was ${first.stock} for a while, as ${sale.words.buyer} ${first.attempt.buyer} saw it.`,
          expected: `no ${stock} below 0 at any time`,
          observed: `${stock} ${first.stock}`,
          witness: [...first.attempt.witness, first.index].sort((a, b) => a - b),
        },
      ];
    });
  },
};
