import type { Finding } from '../../core/checker.js';
import type { AnomalyId } from '../../core/anomaly.js';
import type { Attempt, Sale, SaleChecker, Units } from './sale.js';
import { buyers, witnessOf } from './words.js';

/**
 * Every `ordered` has exactly one stored order with exactly the items of its cart, an `info` has at most one, and nobody
 * else has any. Linear; one finding for each anomaly, which names the first buyers and counts the rest.
 *
 * Misses two mistakes that make each other right: an order that is stored for the wrong buyer with the same items as
 * another that is missing shows only if the two buyers differ in what they may have. It is wrong only if a target reports
 * `fail` for what did happen: that target's report is then the mistake.
 */
export const orders: SaleChecker = {
  name: 'orders',
  anomalies: ['order-missing', 'order-duplicated', 'order-partial', 'order-unexpected'],
  check(sale) {
    const missing: Attempt[] = [];
    const duplicated: Attempt[] = [];
    const partial: Attempt[] = [];
    const unexpected: Attempt[] = [];
    for (const attempt of sale.attempts) {
      const stored = sale.ordersOf.get(attempt.buyer) ?? [];
      if (attempt.result === 'refused' || attempt.result === 'fail') {
        if (stored.length > 0) unexpected.push(attempt);
        continue;
      }
      if (stored.length === 0 && attempt.result === 'ordered') missing.push(attempt);
      if (stored.length > 1) duplicated.push(attempt);
      if (stored.some(({ takes }) => !equal(takes, attempt.takes))) partial.push(attempt);
    }
    const { buyer, order, ordered } = sale.words;
    const strangers = [...sale.ordersOf.keys()].filter((buyer) => !sale.attemptOf.has(buyer));
    return [
      ...report(sale, 'order-missing', missing, [], {
        message: (who) => `${who} ${told(missing)} "${ordered}", but no such ${order} is stored.`,
        expected: `one stored ${order} for each "${ordered}"`,
        observed: 'none',
      }),
      ...report(sale, 'order-duplicated', duplicated, [], {
        message: (who) => `${who} attempted once and ${has(duplicated)} more than one ${order}.`,
        expected: `at most one stored ${order} for each attempt`,
        observed: `${sale.ordersOf.get(duplicated[0]?.buyer ?? -1)?.length ?? 0} ${order}s of ${buyer} ${duplicated[0]?.buyer}`,
      }),
      ...report(sale, 'order-partial', partial, [], {
        message: (who) => `${who} ${has(partial)} a stored ${order} of something else than was asked for.`,
        expected: partial[0] ? units(sale, partial[0].takes) : '',
        observed: partial[0] ? differing(sale, partial[0]) : '',
      }),
      ...report(sale, 'order-unexpected', unexpected, strangers, {
        message: (who) =>
          `${who} ${unexpected.length + strangers.length > 1 ? 'have' : 'has'} a stored ${order}, but ${reason(sale, unexpected[0])}.`,
        expected: `no ${order} of anybody who was not promised one`,
        observed: `a stored ${order}`,
      }),
    ];
  },
};

function report(
  sale: Sale,
  anomaly: AnomalyId,
  attempts: readonly Attempt[],
  strangers: readonly number[],
  words: { message(who: string): string; readonly expected: string; readonly observed: string },
): Finding[] {
  if (attempts.length + strangers.length === 0) return [];
  const who = buyers(sale, [...attempts.map(({ buyer }) => buyer), ...strangers]);
  const { expected, observed } = words;
  return [
    {
      anomaly,
      grade: 'violation',
      message: words.message(who),
      expected,
      observed,
      witness: witnessOf(attempts),
    },
  ];
}

function told(attempts: readonly Attempt[]): string {
  return attempts.length > 1 ? 'were told' : 'was told';
}

function has(attempts: readonly Attempt[]): string {
  return attempts.length > 1 ? 'have' : 'has';
}

function reason({ words }: Sale, first: Attempt | undefined): string {
  if (!first) return 'never attempted one';
  return `${words.buyer} ${first.buyer} ${first.result === 'refused' ? 'was refused' : 'certainly failed'}`;
}

function differing(sale: Sale, attempt: Attempt): string {
  const stored = sale.ordersOf.get(attempt.buyer) ?? [];
  return units(sale, stored.find(({ takes }) => !equal(takes, attempt.takes))?.takes ?? new Map());
}

function units({ words }: Sale, takes: Units): string {
  if (takes.size === 0) return 'no items';
  return Array.from(takes, ([product, amount]) => `${amount} of ${words.product} ${product}`).join(', ');
}

function equal(a: Units, b: Units): boolean {
  return a.size === b.size && [...a].every(([product, amount]) => b.get(product) === amount);
}
