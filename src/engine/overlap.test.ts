import { describe, expect, it } from 'vitest';
import type { Contract } from '../core/contract.js';
import type { Operation } from '../core/history.js';
import { measureOverlap } from './overlap.js';

type Shop = {
  readonly operations: {
    readonly buy: { readonly input: { readonly things: readonly string[] }; readonly output: null };
  };
  readonly initial: null;
  readonly final: null;
};

const shop: Contract<Shop> = {
  name: 'shop',
  summary: '',
  operations: { buy: { keys: ({ things }) => things } },
};

function buy(span: readonly [number, number] | undefined, ...things: string[]): Operation<Shop> {
  return {
    f: 'buy',
    input: { things },
    client: 0,
    process: 0,
    invokeIndex: 0,
    completeIndex: 1,
    invokedNs: 0,
    completedNs: 1,
    notes: [],
    span: span && { firstRequestNs: span[0], lastAnswerNs: span[1], requests: 1 },
    status: 'ok',
    output: null,
  };
}

describe('measureOverlap', () => {
  it('counts no pair where each operation ends before the next reaches the store', () => {
    const operations = [buy([0, 1], 'a'), buy([2, 3], 'a'), buy([4, 5], 'a')];
    expect(measureOverlap(shop, operations)).toEqual({ interleavedPairs: 0, possiblePairs: 3 });
  });

  it('counts every pair where all are at the store at once', () => {
    const operations = [buy([0, 9], 'a'), buy([1, 8], 'a'), buy([2, 7], 'a')];
    expect(measureOverlap(shop, operations)).toEqual({ interleavedPairs: 3, possiblePairs: 3 });
  });

  it('counts a request at the very moment of the last answer as inside', () => {
    expect(measureOverlap(shop, [buy([0, 5], 'a'), buy([5, 9], 'a')]).interleavedPairs).toBe(1);
  });

  it('counts no pair of operations on different things', () => {
    expect(measureOverlap(shop, [buy([0, 9], 'a'), buy([0, 9], 'b')])).toEqual({
      interleavedPairs: 0,
      possiblePairs: 0,
    });
  });

  it('counts a pair once for each thing that both touch, and a thing named twice once', () => {
    const operations = [buy([0, 9], 'a', 'b', 'a'), buy([1, 2], 'b', 'a')];
    expect(measureOverlap(shop, operations)).toEqual({ interleavedPairs: 2, possiblePairs: 2 });
  });

  it('counts an operation that sent nothing as possible and never as interleaved', () => {
    expect(measureOverlap(shop, [buy(undefined, 'a'), buy([0, 9], 'a')])).toEqual({
      interleavedPairs: 0,
      possiblePairs: 1,
    });
  });

  it('agrees with comparing every pair, for random spans', () => {
    let state = 7;
    const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 50; round += 1) {
      const spans = Array.from({ length: 20 }, () => {
        const start = Math.floor(next() * 50);
        return [start, start + Math.floor(next() * 10)] as const;
      });
      const slow = spans.flatMap((one, index) =>
        spans.slice(index + 1).filter((other) => one[0] <= other[1] && other[0] <= one[1]),
      ).length;
      const operations = spans.map((span) => buy(span, 'a'));
      expect(measureOverlap(shop, operations).interleavedPairs).toBe(slow);
    }
  });
});
