import type { Spread, TrialResult } from '../core/verdict.js';
import { Sample } from './percentiles.js';

/** What a scenario counts in each trial (ordered, refused, left), over all of them. */
export class TallyFold {
  readonly #samples = new Map<string, Sample>();
  /** Trials with a tally. */
  #tallied = 0;

  /** A name that a trial leaves out, such as a status that nobody was given, counts as 0 there. An empty tally is none. */
  add(tally: TrialResult['tally']): void {
    const values = Object.entries(tally);
    if (values.length === 0) return;
    for (const [name] of values) {
      if (this.#samples.has(name)) continue;
      const sample = new Sample();
      for (let trial = 0; trial < this.#tallied; trial += 1) sample.add(0);
      this.#samples.set(name, sample);
    }
    for (const [name, sample] of this.#samples) sample.add(tally[name] ?? 0);
    this.#tallied += 1;
  }

  spreads(): Readonly<Record<string, Spread>> {
    return Object.fromEntries(Array.from(this.#samples, ([name, sample]) => [name, spread(sample)]));
  }
}

/** Zeros where there is no sample. */
export function spread(sample: Sample): Spread {
  return { min: sample.min ?? 0, median: sample.percentile(50) ?? 0, max: sample.max ?? 0 };
}
