import type { Finding } from '../../core/checker.js';
import type { Attempt, Sale, SaleChecker } from './sale.js';
import { TakenBy } from './taken-by.js';
import { gotNothing, serve } from './unsold.js';
import { buyers, count, witnessOf } from './words.js';

/**
 * Attempts that were refused, for whatever reason ("sold out", "busy, try later"), although nobody else had taken what
 * they wanted. Graded as interesting: nothing is sold twice by it. n log n.
 *
 * Two proofs. Enough was there for certain: had every `ordered` and every `info` that was invoked before the refusal was
 * answered taken its units by then, there would still have been enough. Or what is left in the end would have been enough:
 * it is given, as far as it goes, to those of whom the first proof says nothing, in the order of their attempts.
 *
 * Misses refusals that no single one of the two proves: refused while an attempt held units that it gave back, which a
 * later one then took. Units that an `info` may have taken count as taken.
 */
export const refusedThoughFree: SaleChecker = {
  name: 'refused-though-free',
  anomalies: ['refused-though-free'],
  check(sale) {
    const refused = sale.attempts.filter((attempt) => gotNothing(sale, attempt, 'refused'));
    if (refused.length === 0) return [];
    const invoked = new TakenBy(
      sale.attempts.filter(({ result }) => result === 'ordered' || result === 'info'),
      ({ invokedNs }) => invokedNs,
    );
    const isCertain = ({ takes, completedNs }: Attempt) =>
      [...takes].every(([product, units]) => {
        const initial = sale.products.get(product)?.stock ?? 0;
        return initial - invoked.until(completedNs, product) >= units;
      });
    const certain = new Set(refused.filter(isCertain));
    const others = refused.filter((attempt) => !certain.has(attempt));
    const needless = new Set([...certain, ...serve(others, sale.left)]);
    return report(
      sale,
      refused.filter((attempt) => needless.has(attempt)),
    );
  },
};

function report(sale: Sale, needless: readonly Attempt[]): Finding[] {
  const [first] = needless;
  if (first === undefined) return [];
  const { unit } = sale.words;
  const verb = needless.length > 1 ? 'were refused, though what they' : 'was refused, though what it';
  const who = buyers(
    sale,
    needless.map(({ buyer }) => buyer),
  );
  return [
    {
      anomaly: 'refused-though-free',
      grade: 'interesting',
      message: `${who} ${verb} wanted was free.`,
      expected: `no refusal while enough ${unit}s are free`,
      observed: `${count(needless.length, 'refusal')} of what nobody else had taken`,
      witness: witnessOf(needless),
      needlessRefusals: needless.length,
    },
  ];
}
