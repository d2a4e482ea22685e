import { describe, expect, it } from 'vitest';
import { refusedThoughFree } from './refused-though-free.js';
import { toSale } from './sale.js';
import { sale } from './sale-notation.fixture.js';

const found = (notation: string) => refusedThoughFree.check(toSale(sale(notation)));

describe('refused though free', () => {
  it('says nothing where every refusal had a reason', () => {
    expect(found('stock bus 1\n0 [0,5] bus ordered\n1 [1,6] bus refused\nleft bus 0')).toEqual([]);
    expect(found('stock bus 2\n0 [0,5] bus*3 refused\nleft bus 2')).toEqual([]);
    expect(found('')).toEqual([]);
  });

  it('counts everybody who was refused while one was being served, and is no violation', () => {
    const findings = found(`
      stock bus 45
      0 [0,9] bus ordered
      1 [1,2] bus*43 refused
      2 [1,2] bus*45 refused
      3 [1,2] bus refused
      left bus 44
    `);
    expect(findings).toMatchObject([
      {
        anomaly: 'refused-though-free',
        grade: 'interesting',
        message: 'Buyers 1 and 3 were refused, though what they wanted was free.',
        needlessRefusals: 2,
        witness: [10, 11, 30, 31],
      },
    ]);
  });

  it('gives what is left in the end to as many as it is enough for, where nothing else is certain', () => {
    const notation = `
      stock bus 2
      0 [0,] bus info
      1 [0,] bus info
      2 [3,4] bus refused
      3 [3,4] bus refused
      order 0 bus
      left bus 1
    `;
    expect(found(notation)).toMatchObject([{ needlessRefusals: 1, witness: [20, 21] }]);
  });

  it('finds a refusal that was false for certain, though somebody took the seat afterwards', () => {
    expect(found('stock bus 1\n0 [0,1] bus refused\n1 [2,3] bus ordered\nleft bus 0')).toMatchObject([
      { message: 'Buyer 0 was refused, though what it wanted was free.', needlessRefusals: 1 },
    ]);
  });

  it('lets a refusal be for one that was under way, or that may have happened', () => {
    expect(found('stock bus 1\n0 [0,2] bus refused\n1 [2,3] bus ordered\nleft bus 0')).toEqual([]);
    expect(found('stock bus 1\n0 [3,4] bus refused\n1 [0,] bus info\nleft bus 0')).toEqual([]);
  });

  it('leaves alone who was refused and is stored nevertheless: that is another mistake', () => {
    expect(found('stock bus 2\n0 [0,1] bus refused\norder 0 bus\nleft bus 1')).toEqual([]);
  });
});
