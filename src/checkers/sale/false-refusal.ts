import type { Finding } from '../../core/checker.js';
import type { Attempt, Line, Sale, SaleChecker } from './sale.js';
import { TakenBy } from './taken-by.js';
import { buyers, count, witnessOf } from './words.js';

/**
 * A refusal that is false for certain: in no order of the attempts, each of which takes effect at one moment between its
 * invocation and its answer, was there a moment of the refusal at which this was so. n log n.
 *
 * What was available lies between two bounds. At most: initial minus the units of every `ordered` that had been answered
 * before the refusal was invoked. At least: initial minus the units of every `ordered` and `info` that was invoked before
 * the refusal was answered. A refusal is false if it names a number outside them, or one that would have been enough; so
 * it is false, whatever number it names, if enough was left even at the lower bound. It must also name a product of the
 * cart and the cart's quantity of it, and its text must say the same three.
 *
 * - A stock below zero is not this anomaly: the sales that made it so lower the bound too. And where sales certainly
 *   exceed the stock, 0 is still a true answer: oversold is what is wrong.
 * - `fail` and refused attempts count as nothing taken, though others may have seen what they held for a while. (One
 *   unit. A takes it, fails at its second product, gives it back. B, in between, is refused "available: 0". No order
 *   makes that true, as A never had it.) That is a dirty read, and false for the buyer. A shop that tells its customers
 *   that units may be on hold has another contract.
 * - A product may stand in several lines of a cart. A refusal may then speak of one line, of the first lines together or
 *   of all, and the buyer's other units of it may already be off the number that it names.
 *
 * Misses numbers that are inside the bounds yet no sum of whole carts, and refusals that are only together impossible.
 * Equal times count as concurrent. A text in other words than the contract's is not judged.
 */
export const falseRefusal: SaleChecker = {
  name: 'false-refusal',
  anomalies: ['false-refusal'],
  check(sale) {
    const refused = sale.attempts.filter(({ refusal }) => refusal !== undefined);
    if (refused.length === 0) return [];
    const answered = new TakenBy(
      sale.attempts.filter(({ result }) => result === 'ordered'),
      ({ completedNs }) => completedNs,
    );
    const invoked = new TakenBy(
      sale.attempts.filter(({ result }) => result === 'ordered' || result === 'info'),
      ({ invokedNs }) => invokedNs,
    );
    const bounds = (attempt: Attempt, product: number): Bounds => {
      const initial = sale.products.get(product)?.stock ?? 0;
      return {
        atMost: Math.max(0, initial - answered.before(attempt.invokedNs, product)),
        atLeast: initial - invoked.until(attempt.completedNs, product),
      };
    };
    const mistakes = refused.flatMap((attempt) => {
      const mistake = mistakeOf(sale, attempt, bounds);
      return mistake ? [{ attempt, ...mistake }] : [];
    });
    return report(mistakes);
  },
};

interface Bounds {
  readonly atLeast: number;
  readonly atMost: number;
}

interface Mistake {
  readonly message: string;
  readonly expected: string;
  readonly observed: string;
}

function mistakeOf(
  sale: Sale,
  attempt: Attempt,
  boundsOf: (attempt: Attempt, product: number) => Bounds,
): Mistake | undefined {
  const { refusal, cart, takes } = attempt;
  if (!refusal) return undefined;
  const who = buyers(sale, [attempt.buyer]);
  const { product: name, available, requested, text } = refusal;
  const observed = `refused: ${name}, available ${available}, requested ${requested}`;

  const product = [...takes.keys()].find((id) => sale.products.get(id)?.name === name);
  if (product === undefined) {
    const message = `${who} was refused for "${name}", which is not in the cart.`;
    return { message, expected: 'a refusal that names a product of the cart', observed };
  }
  const units = takes.get(product) ?? 0;
  const quantities = requestable(cart, product);
  if (!quantities.has(requested)) {
    const message = `${who} asked for ${count(units, 'unit')} of ${name} and was told that it was ${requested}.`;
    return { message, expected: `requested ${[...quantities].join(' or ')}`, observed };
  }
  if (text && (text.product !== name || text.available !== available || text.requested !== requested)) {
    const message = `${who} was refused with a text that says something else than the answer.`;
    const said = `${text.product}, available ${text.available}, requested ${text.requested}`;
    return { message, expected: observed, observed: `text: ${said}` };
  }

  const { atLeast, atMost } = boundsOf(attempt, product);
  const lowest = atLeast - (units - requested);
  if (lowest >= requested) {
    const message = `${who} was refused ${count(requested, 'unit')} of ${name} although at least ${lowest} must have been there.`;
    return { message, expected: 'an order', observed };
  }
  if (available >= requested) {
    const message = `${who} was refused ${count(requested, 'unit')} of ${name} and told that there were ${available}.`;
    return { message, expected: `fewer than ${requested} available`, observed };
  }
  if (available < lowest || available > atMost) {
    const message = `${who} was told that ${count(available, 'unit')} of ${name} ${available === 1 ? 'was' : 'were'} available, which it never was at that time.`;
    return { message, expected: `available from ${lowest} to ${Math.min(atMost, requested - 1)}`, observed };
  }
  return undefined;
}

/** The quantities of a product that a refusal of this cart may speak of: a line, the first lines together, all. */
function requestable(cart: readonly Line[], product: number): Set<number> {
  const quantities = new Set<number>();
  let together = 0;
  for (const line of cart) {
    if (line.product !== product) continue;
    together += line.units;
    quantities.add(line.units).add(together);
  }
  return quantities;
}

function report(mistakes: readonly (Mistake & { readonly attempt: Attempt })[]): Finding[] {
  const [first] = mistakes;
  if (!first) return [];
  const more = mistakes.length - 1;
  return [
    {
      anomaly: 'false-refusal',
      grade: 'violation',
      message: `${first.message}${more > 0 ? ` So it was for ${count(more, 'more buyer')}.` : ''}`,
      expected: first.expected,
      observed: first.observed,
      witness: witnessOf([first.attempt]),
    },
  ];
}
