import type { Contract, ContractTypes } from '../core/contract.js';
import type { Operation } from '../core/history.js';
import type { Overlap } from '../core/verdict.js';

/**
 * Of the pairs of operations on the same thing, those in which one reached the store between the other's first request
 * and last answer. A pair that shares two things counts once for each. O(n log n) for each thing.
 *
 * Measured on the client's side of the counted connections, so a request that still waits in the driver's own queue has
 * not reached the store: behind a pool of one connection nothing overlaps, and this says so. What waits in the server's
 * accept queue or in a pooler behind the socket is counted as arrived: the figure can be too high there, never too low.
 */
export function measureOverlap<C extends ContractTypes>(
  contract: Contract<C>,
  operations: readonly Operation<C>[],
): Overlap {
  const spansOf = new Map<string, (readonly [startNs: number, endNs: number] | undefined)[]>();
  for (const { f, input, span } of operations) {
    for (const key of new Set(contract.operations[f].keys(input))) {
      const spans = spansOf.get(key) ?? [];
      spans.push(span && [span.firstRequestNs, span.lastAnswerNs]);
      spansOf.set(key, spans);
    }
  }
  let interleavedPairs = 0;
  let possiblePairs = 0;
  for (const spans of spansOf.values()) {
    possiblePairs += pairs(spans.length);
    interleavedPairs += overlappingPairs(spans.filter((span) => span !== undefined));
  }
  return { interleavedPairs, possiblePairs };
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}

/** All pairs, less those in which one ended before the other began. */
function overlappingPairs(spans: readonly (readonly [number, number])[]): number {
  const starts = spans.map(([start]) => start).sort((a, b) => a - b);
  const ends = spans.map(([, end]) => end).sort((a, b) => a - b);
  let apart = 0;
  let ended = 0;
  for (const start of starts) {
    while (ended < ends.length && ends[ended]! < start) ended += 1;
    apart += ended;
  }
  return pairs(spans.length) - apart;
}
