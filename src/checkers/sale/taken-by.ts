import type { Attempt } from './sale.js';

/** How many units of a product had been taken at a time, by attempts put in the order of a time of theirs. */
export class TakenBy {
  readonly #byProduct = new Map<number, { readonly timesNs: number[]; readonly sums: number[] }>();

  constructor(attempts: readonly Attempt[], timeOf: (attempt: Attempt) => number) {
    for (const attempt of [...attempts].sort((a, b) => timeOf(a) - timeOf(b))) {
      for (const [product, units] of attempt.takes) {
        const taken = this.#byProduct.get(product) ?? { timesNs: [], sums: [] };
        this.#byProduct.set(product, taken);
        taken.timesNs.push(timeOf(attempt));
        taken.sums.push((taken.sums.at(-1) ?? 0) + units);
      }
    }
  }

  /** Strictly before the time. */
  before(timeNs: number, product: number): number {
    return this.#sum(product, (at) => at < timeNs);
  }

  /** At the time or before it. */
  until(timeNs: number, product: number): number {
    return this.#sum(product, (at) => at <= timeNs);
  }

  #sum(product: number, counts: (atNs: number) => boolean): number {
    const taken = this.#byProduct.get(product);
    if (!taken) return 0;
    let low = 0;
    let high = taken.timesNs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (counts(taken.timesNs[middle] ?? Infinity)) low = middle + 1;
      else high = middle;
    }
    return taken.sums[low - 1] ?? 0;
  }
}
