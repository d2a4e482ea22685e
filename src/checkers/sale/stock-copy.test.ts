import { describe, expect, it } from 'vitest';
import { toSale } from './sale.js';
import { sale } from './sale-notation.fixture.js';
import { stockCopy } from './stock-copy.js';

const found = (notation: string) => stockCopy.check(toSale(sale(notation)));

const BEHIND = `
  stock phone 3
  stock case 5
  0 [0,5] phone ordered
  order 0 phone
  left phone 2
  left case 5
  copied phone 3
  copied case 5
`;

describe('a copy of the stock', () => {
  it('that is behind is surprising and no violation', () => {
    expect(found(BEHIND)).toEqual([
      {
        anomaly: 'copy-behind',
        grade: 'interesting',
        message: 'The other store still shows 3 units of phone, where the stock is 2.',
        expected: 'the same stock in both stores',
        observed: '3 in the copy, 2 in the stock itself',
        witness: [],
        discrepancy: 1,
      },
    ]);
  });

  it('that was made when nothing was at work any more must be right', () => {
    expect(found(`${BEHIND}\n settled`)).toMatchObject([
      {
        anomaly: 'copy-diverged',
        grade: 'violation',
        message: 'The other store was brought up to date and shows 3 units of phone, where the stock is 2.',
      },
    ]);
  });

  it('may be wrong in either direction, of several products: they are added up, and none makes up for another', () => {
    expect(found('stock a 5\nstock b 5\nleft a 5\nleft b 5\ncopied a 3\ncopied b 6')).toMatchObject([
      {
        message:
          'The other store still shows 3 units of a, where the stock is 5. So it is with 1 more product.',
        discrepancy: 3,
      },
    ]);
  });

  it('that lacks a product, or has one too many, is wrong', () => {
    expect(found('stock a 5\nstock b 0\nleft a 5\nleft b 0\ncopied a 5')).toMatchObject([
      { message: 'The other store still shows no units of b, where the stock is 0.' },
    ]);
    expect(found('stock a 5\nstock b 2\nleft a 5\ncopied a 5\ncopied b 2')).toMatchObject([
      { message: 'The other store still shows 2 units of b, where the stock is unknown.', discrepancy: 2 },
    ]);
  });

  it('that is right, or that nobody makes, has nothing to be said of it', () => {
    expect(found('stock a 5\nleft a 5\ncopied a 5\nsettled')).toEqual([]);
    expect(found('stock a 5\nleft a 4')).toEqual([]);
    expect(found('')).toEqual([]);
  });

  it('that names a product twice cannot be judged', () => {
    expect(() => found('stock a 5\nleft a 5\ncopied a 5\ncopied a 5')).toThrow(
      'Product 1 stands twice in the copy of the stock.',
    );
  });
});
