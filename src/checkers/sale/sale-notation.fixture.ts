import type { Finding } from '../../core/checker.js';
import { SALE_CHECKERS } from './sale-checkers.js';
import { toSale, type AttemptFacts, type Line, type SaleFacts, type StockAccess } from './sale.js';

/**
 * A sale in short, one line for each fact:
 *
 *     stock phone 20                 a product and its units; products are numbered from 1
 *     0 [0,5] phone*2,case ordered   a buyer, when, the cart (lines with a comma), how it ended
 *     1 [0,5] phone refused phone 0/1    the product, available/requested
 *     2 [1,] phone info              or fail
 *     0 reads phone 17               notes, in the order of the lines; so `writes phone 16`, `writes phone`
 *     left phone 17
 *     copied phone 18                what another store shows; `settled` in a line of its own
 *     order 0 phone*2
 *
 * The events of the attempt that stands k-th have the places 10 k and 10 k + 1; notes have 1000 and up.
 */
export function sale(notation: string): SaleFacts {
  const products: { id: number; name: string; stock: number }[] = [];
  const attempts: (AttemptFacts & { accesses: StockAccess[] })[] = [];
  const left: { id: number; stock: number }[] = [];
  const copied: { id: number; stock: number }[] = [];
  const orders: { buyer: number; items: Line[] }[] = [];
  let settled = false;
  let notes = 1000;
  const idOf = (name: string): number => products.find((product) => product.name === name)?.id ?? 99;
  const lines = (cart: string): Line[] =>
    cart.split(',').map((line) => {
      const [name = '', units = '1'] = line.split('*');
      return { product: idOf(name), units: Number(units) };
    });

  for (const line of notation.split('\n').map((text) => text.trim())) {
    const [first = '', second = '', third = '', fourth = ''] = line.split(/\s+/);
    if (line === '') continue;
    if (first === 'stock') {
      products.push({ id: products.length + 1, name: second, stock: Number(third) });
    } else if (first === 'left') {
      left.push({ id: idOf(second), stock: Number(third) });
    } else if (first === 'copied') {
      copied.push({ id: idOf(second), stock: Number(third) });
    } else if (first === 'settled') {
      settled = true;
    } else if (first === 'order') {
      orders.push({ buyer: Number(second), items: third === '' ? [] : lines(third) });
    } else if (second === 'reads' || second === 'writes') {
      const stock = fourth === '' ? undefined : Number(fourth);
      attempts
        .find(({ buyer }) => buyer === Number(first))
        ?.accesses.push({
          kind: second === 'reads' ? 'read' : 'write',
          product: idOf(third),
          stock,
          index: notes++,
        });
    } else {
      attempts.push(attemptOf(line, attempts.length, lines));
    }
  }
  return { products, attempts, left, orders, ...(copied.length > 0 && { copy: { left: copied, settled } }) };
}

/** What every checker says of it. */
export function findings(facts: SaleFacts): Finding[] {
  const judged = toSale(facts);
  return SALE_CHECKERS.flatMap((checker) => checker.check(judged));
}

/** The anomalies that are violations. */
export function violations(facts: SaleFacts): string[] {
  return findings(facts).flatMap(({ grade, anomaly }) => (grade === 'violation' ? [anomaly] : []));
}

function attemptOf(
  line: string,
  place: number,
  lines: (cart: string) => Line[],
): AttemptFacts & { accesses: StockAccess[] } {
  const match = /^(\d+) \[(\d+),(\d*)\] (\S+) (ordered|refused|fail|info)(?: (\S+) (-?\d+)\/(\d+))?$/.exec(
    line,
  );
  if (!match) throw new Error(`Not a line of a sale: ${line}`);
  const [, buyer, invoked, completed, cart = '', result, product = '', available, requested] = match;
  return {
    buyer: Number(buyer),
    cart: lines(cart),
    result: result as AttemptFacts['result'],
    refusal:
      result === 'refused'
        ? { product, available: Number(available), requested: Number(requested) }
        : undefined,
    invokedNs: Number(invoked),
    completedNs: completed === '' ? Infinity : Number(completed),
    accesses: [],
    witness: [10 * place, 10 * place + 1],
  };
}
