import { describe, expect, it } from 'vitest';
import { negativeInBetween } from './negative-in-between.js';
import { toSale } from './sale.js';
import { sale } from './sale-notation.fixture.js';

const found = (notation: string) => negativeInBetween.check(toSale(sale(notation)));

const COMPENSATED = `
  stock bus 1
  0 [0,5] bus ordered
  1 [0,5] bus refused
  2 [0,5] bus refused
  0 writes bus 0
  1 writes bus -1
  2 writes bus -2
  1 writes bus -1
  2 writes bus 0
  left bus 0
`;

describe('negative in between', () => {
  it('finds the lowest that a note tells of, with its event, and is no violation', () => {
    expect(found(COMPENSATED)).toEqual([
      {
        anomaly: 'negative-in-between',
        grade: 'interesting',
        message: 'The stock of bus was -2 for a while, as buyer 2 saw it.',
        expected: 'no stock below 0 at any time',
        observed: 'stock -2',
        witness: [20, 21, 1002],
      },
    ]);
  });

  it('finds it in a read as well', () => {
    expect(found('stock bus 1\n0 [0,5] bus refused\n0 reads bus -1\nleft bus 1')).toHaveLength(1);
  });

  it('says nothing at zero, without notes, and of a stock that stays below zero', () => {
    expect(found('stock bus 1\n0 [0,5] bus ordered\n0 writes bus 0\nleft bus 0')).toEqual([]);
    expect(found('stock bus 1\n0 [0,5] bus ordered\n0 writes bus\nleft bus 0')).toEqual([]);
    expect(found('stock bus 1\n0 [0,5] bus ordered\n0 writes bus -1\nleft bus -1')).toEqual([]);
  });
});
