import type { MedianInterval } from '../core/verdict.js';
import type { Sample } from './percentiles.js';

/**
 * Where the median of what the values are drawn from lies, with this confidence at least; nothing while there are too few of
 * them (below six for 95 %). It holds for any distribution: between the k-th smallest and the k-th largest of n values the
 * median lies unless fewer than k of n fair coins fall on one side. Source: Thompson, On Confidence Ranges for the Median,
 * Annals of Mathematical Statistics 7, 1936.
 */
export function medianInterval(values: Sample, confidence: number): MedianInterval | undefined {
  const rank = outermostRank(values.size, (1 - confidence) / 2);
  const lower = values.at(rank);
  const upper = values.at(values.size + 1 - rank);
  const median = values.percentile(50);
  if (lower === undefined || upper === undefined || median === undefined) return undefined;
  return { lower, median, upper };
}

/** The highest k for which fewer than k of n fair coins show heads with at most this probability; 0 if there is none. */
function outermostRank(n: number, tail: number): number {
  let logTerm = -n * Math.LN2;
  let below = 0;
  for (let heads = 0; heads < n / 2; heads += 1) {
    below += Math.exp(logTerm);
    if (below > tail) return heads;
    logTerm += Math.log((n - heads) / (heads + 1));
  }
  return Math.floor(n / 2);
}
