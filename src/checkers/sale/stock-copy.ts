import { productName, type Sale, type SaleChecker } from './sale.js';
import { count } from './words.js';

/**
 * Another store shows the stock that there is, for every product. Linear; one finding, which names the first product.
 *
 * A copy that is made from time to time is behind in between: `copy-behind`, graded as interesting, since who only looks at it
 * buys nothing by it. One that was made when nothing was at work any more has nothing to be behind of: `copy-diverged`, a
 * violation. It would be wrong if the copy said that it was settled while an operation could still write.
 *
 * Proved by the final state alone, so it names no witness. Misses a copy that was wrong in between and is right in the end.
 */
export const stockCopy: SaleChecker = {
  name: 'stock copy',
  anomalies: ['copy-behind', 'copy-diverged'],
  check(sale) {
    if (sale.copy === undefined) return [];
    const { settled } = sale.copy;
    const apart = productsApart(sale, sale.copy.left);
    const [first] = apart;
    if (first === undefined) return [];
    const { stock } = sale.words;
    const more =
      apart.length > 1 ? ` So it is with ${count(apart.length - 1, `more ${sale.words.product}`)}.` : '';
    return [
      {
        anomaly: settled ? 'copy-diverged' : 'copy-behind',
        grade: settled ? 'violation' : 'interesting',
        message: `The other store ${settled ? 'was brought up to date and' : 'still'} shows ${shown(sale, first)}, where the ${stock} is ${first.left ?? 'unknown'}.${more}`,
        expected: `the same ${stock} in both stores`,
        observed: `${first.copied ?? 'none'} in the copy, ${first.left ?? 'none'} in the ${stock} itself`,
        witness: [],
        ...discrepancyOf(apart),
      },
    ];
  },
};

interface Apart {
  readonly name: string;
  readonly copied: number | undefined;
  readonly left: number | undefined;
}

function productsApart(sale: Sale, copied: ReadonlyMap<number, number>): Apart[] {
  return [...new Set([...sale.left.keys(), ...copied.keys()])]
    .map((product) => ({
      name: productName(sale, product),
      copied: copied.get(product),
      left: sale.left.get(product),
    }))
    .filter((one) => one.copied !== one.left);
}

function shown({ words }: Sale, { name, copied }: Apart): string {
  return copied === undefined ? `no ${words.unit}s of ${name}` : `${count(copied, words.unit)} of ${name}`;
}

function discrepancyOf(apart: readonly Apart[]): { discrepancy?: number } {
  const units = apart.reduce((sum, { copied = 0, left = 0 }) => sum + Math.abs(copied - left), 0);
  return units > 0 ? { discrepancy: units } : {};
}
