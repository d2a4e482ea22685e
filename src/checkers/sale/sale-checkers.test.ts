import { describe, expect, it } from 'vitest';
import { findings, sale, violations } from './sale-notation.fixture.js';

/** Two units, two ordered, one refused. */
const SOLD_OUT = `
  stock phone 2
  0 [0,5] phone ordered
  1 [1,6] phone ordered
  2 [2,9] phone refused phone 0/1
  order 0 phone
  order 1 phone
  left phone 0
`;

function anomalies(notation: string): string[] {
  return findings(sale(notation)).map(({ anomaly }) => anomaly);
}

describe('a sale in which everything is right', () => {
  it('has no finding', () => {
    expect(findings(sale(SOLD_OUT))).toEqual([]);
  });

  it('may be empty', () => {
    expect(findings(sale(''))).toEqual([]);
    expect(findings(sale('stock phone 2\nleft phone 2'))).toEqual([]);
  });

  it('may leave units that fit nobody', () => {
    expect(
      anomalies(`
        stock phone 5
        0 [0,1] phone*3 ordered
        1 [2,3] phone*3 refused phone 2/3
        order 0 phone*3
        left phone 2
      `),
    ).toEqual([]);
  });
});

describe('an attempt that may have happened', () => {
  const indeterminate = 'stock phone 1\n0 [0,] phone info\n';

  it('is fine if it did, and fine if it did not', () => {
    expect(anomalies(`${indeterminate} order 0 phone\nleft phone 0`)).toEqual([]);
    expect(anomalies(`${indeterminate} left phone 1`)).toEqual([]);
  });

  it('is wrong if only half of it did', () => {
    expect(anomalies(`${indeterminate} order 0 phone\nleft phone 1`)).toEqual(['stock-not-conserved']);
    expect(anomalies(`${indeterminate} left phone 0`)).toEqual(['stock-not-conserved']);
  });

  it('is wrong if it did twice, or with other items', () => {
    expect(anomalies(`${indeterminate} order 0 phone\norder 0 phone\nleft phone 0`)).toContain(
      'order-duplicated',
    );
    expect(anomalies(`stock phone 3\n0 [0,] phone*2 info\norder 0 phone\nleft phone 2`)).toEqual([
      'order-partial',
    ]);
  });

  it('is a good reason for a refusal, even if it did not happen in the end', () => {
    expect(violations(sale(`${indeterminate} 1 [5,6] phone refused phone 0/1\nleft phone 1`))).toEqual([]);
  });

  it('is no reason for a refusal that was answered before it began', () => {
    expect(
      violations(sale(`stock phone 1\n1 [0,1] phone refused phone 0/1\n0 [2,] phone info\nleft phone 1`)),
    ).toEqual(['false-refusal']);
  });
});

describe('oversold', () => {
  it('counts the orders and proves itself by the first that are too many', () => {
    const [first] = findings(
      sale(`
        stock phone 1
        0 [0,5] phone ordered
        1 [0,5] phone ordered
        2 [0,5] phone ordered
        order 0 phone
        order 1 phone
        order 2 phone
        left phone -2
      `),
    );
    expect(first).toEqual({
      anomaly: 'oversold',
      grade: 'violation',
      message: '3 orders for 1 unit.',
      expected: 'at most 1 unit of phone sold',
      observed: '3 units in 3 orders',
      witness: [0, 1, 10, 11],
    });
  });

  it('counts units, not orders', () => {
    const [first] = findings(
      sale(`
        stock case 9
        stock phone 5
        0 [0,5] phone*3 ordered
        1 [0,5] phone*3 ordered
        order 0 phone*3
        order 1 phone*3
        left phone -1
        left case 9
      `),
    );
    expect(first?.message).toBe('2 orders of 6 units together for 5 units of phone.');
  });

  it('is found in stored orders that no answer promised', () => {
    const found = findings(
      sale(`
        stock phone 1
        0 [0,5] phone ordered
        1 [0,] phone info
        order 0 phone
        order 1 phone
        left phone -1
      `),
    );
    expect(found[0]).toMatchObject({ anomaly: 'oversold', message: '2 stored orders for 1 unit.' });
  });

  it('does not count what only may have been sold', () => {
    expect(
      anomalies(`stock phone 1\n0 [0,5] phone ordered\n1 [0,] phone info\norder 0 phone\nleft phone 0`),
    ).toEqual([]);
  });
});

describe('negative stock', () => {
  it('is found with its product, at zero it is not', () => {
    const found = findings(
      sale(`
        stock phone 1
        0 [0,5] phone ordered
        1 [0,5] phone ordered
        order 0 phone
        order 1 phone
        left phone -1
      `),
    );
    expect(found.map(({ anomaly }) => anomaly)).toEqual(['oversold', 'negative-stock']);
    expect(found[1]?.message).toBe('The stock of phone is -1 in the end.');
  });
});

describe('conservation', () => {
  const lost = `
    stock phone 2
    4 [0,5] phone ordered
    9 [0,5] phone ordered
    order 4 phone
    order 9 phone
    left phone 1
  `;

  it('names the lost update that the notes show', () => {
    const notes = '4 reads phone 2\n9 reads phone 2\n9 writes phone 1\n4 writes phone 1';
    expect(findings(sale(`${lost}${notes}`))).toEqual([
      {
        anomaly: 'lost-update',
        grade: 'violation',
        message: 'Buyers 9 and 4 both read stock = 2 and both wrote 1.',
        expected: 'left + ordered = 2',
        observed: '1 left + 2 ordered = 3',
        witness: [0, 1, 10, 11, 1000, 1001, 1002, 1003],
        discrepancy: 1,
      },
    ]);
  });

  it('says what does not add up where no note explains it', () => {
    expect(findings(sale(lost))).toMatchObject([
      {
        anomaly: 'stock-not-conserved',
        message: 'phone: 2 units at first, 1 left, 2 ordered, which is 1 too many.',
        witness: [0, 1, 10, 11],
      },
    ]);
  });

  it('does not blame a try that was rolled back', () => {
    const notes = `
      4 reads phone 2
      4 writes phone 1
      9 reads phone 2
      9 writes phone 1
      4 reads phone 1
      4 writes phone 0
    `;
    expect(anomalies(`${lost}${notes}`)).toEqual(['stock-not-conserved']);
  });

  it('does not blame a relative change, nor a buyer who got nothing', () => {
    expect(anomalies(`${lost} 4 reads phone 2\n4 writes phone\n9 reads phone 2\n9 writes phone`)).toEqual([
      'stock-not-conserved',
    ]);
    expect(
      anomalies(`
        stock phone 2
        0 [0,5] phone ordered
        1 [0,5] phone fail
        0 reads phone 2
        1 reads phone 2
        0 writes phone 1
        1 writes phone 1
        order 0 phone
        left phone 2
      `),
    ).toEqual(['stock-not-conserved', 'unsold']);
  });

  it('does not call it a lost update when units are missing', () => {
    const notes = '4 reads phone 2\n9 reads phone 2\n9 writes phone 1\n4 writes phone 1';
    expect(anomalies(`${lost.replace('left phone 1', 'left phone -1')}${notes}`)).toEqual([
      'negative-stock',
      'stock-not-conserved',
    ]);
  });

  it('explains oversold too', () => {
    const [first] = findings(
      sale(`
        stock phone 1
        4 [0,5] phone ordered
        9 [0,5] phone ordered
        4 reads phone 1
        9 reads phone 1
        4 writes phone 0
        9 writes phone 0
        order 4 phone
        order 9 phone
        left phone 0
      `),
    );
    expect(first?.message).toBe(
      '2 orders for 1 unit. Lost update: buyers 4 and 9 both read stock = 1 and both wrote 0.',
    );
  });

  it('misses neither a product that vanished nor one that appeared', () => {
    expect(findings(sale('stock phone 2'))).toMatchObject([
      { anomaly: 'stock-not-conserved', message: 'phone is missing from the final state.' },
    ]);
    expect(anomalies('left phone 2')).toEqual(['stock-not-conserved']);
  });
});

describe('orders', () => {
  it('are missing where an ordered has none', () => {
    expect(findings(sale('stock phone 1\n0 [0,5] phone ordered\nleft phone 0'))).toMatchObject([
      {
        anomaly: 'order-missing',
        message: 'Buyer 0 was told "ordered", but no such order is stored.',
        witness: [0, 1],
      },
    ]);
  });

  it('are duplicated where one attempt left two', () => {
    expect(
      anomalies('stock phone 2\n0 [0,5] phone ordered\norder 0 phone\norder 0 phone\nleft phone 1'),
    ).toEqual(['order-duplicated']);
  });

  it.each([
    'order 0 phone',
    'order 0 phone,case*2',
    'order 0 phone,case,cable',
    'order 0',
    'order 0 phone,cable',
  ])('are partial where the items are not exactly the cart (%s)', (order) => {
    expect(
      anomalies(`
          stock phone 2
          stock case 2
          stock cable 2
          0 [0,5] phone,case ordered
          ${order}
          left phone 1
          left case 1
          left cable 2
        `),
    ).toEqual(['order-partial']);
  });

  it('may hold the units of a product in other lines than the cart', () => {
    expect(anomalies('stock phone 3\n0 [0,5] phone,phone*2 ordered\norder 0 phone*3\nleft phone 0')).toEqual(
      [],
    );
  });

  it.each([
    ['refused', 'stock phone 1\n0 [0,5] phone*2 refused phone 1/2', 'buyer 0 was refused'],
    ['failed', 'stock phone 2\n0 [0,5] phone*2 fail', 'buyer 0 certainly failed'],
  ])('are unexpected where the attempt %s', (_, attempt, reason) => {
    const found = findings(
      sale(`${attempt}\norder 0 phone\nleft phone ${reason.includes('refused') ? 0 : 1}`),
    );
    expect(found).toMatchObject([{ anomaly: 'order-unexpected', witness: [0, 1] }]);
    expect(found[0]?.message).toContain(reason);
  });

  it('are unexpected where nobody attempted', () => {
    expect(findings(sale('stock phone 2\norder 7 phone\nleft phone 1'))).toMatchObject([
      {
        anomaly: 'order-unexpected',
        message: 'Buyer 7 has a stored order, but never attempted one.',
        witness: [],
      },
    ]);
  });

  it('of many buyers make one finding that names the first and counts the rest', () => {
    const attempts = [0, 1, 2, 3, 4, 5, 6].map((buyer) => `${buyer} [0,5] phone ordered`).join('\n');
    expect(findings(sale(`stock phone 7\n${attempts}\nleft phone 0`))).toMatchObject([
      { message: 'Buyers 0, 1, 2, 3, 4 and 2 more were told "ordered", but no such order is stored.' },
    ]);
  });
});

describe('a refusal', () => {
  const oneSold = 'stock phone 3\n0 [0,5] phone*2 ordered\norder 0 phone*2\nleft phone 1\n';

  it.each([
    ['a number before the sale', '1 [5,6] phone*4 refused phone 3/4'],
    ['a number after it', '1 [0,0] phone*2 refused phone 1/2'],
  ])('may name %s while both are open', (_, refusal) => {
    expect(anomalies(`${oneSold}${refusal}`)).toEqual([]);
  });

  it.each([
    ['named more than was left when it began', '1 [6,7] phone*4 refused phone 3/4'],
    ['named less than was left whatever happened', '1 [6,7] phone*4 refused phone 0/4'],
    ['came though enough was left in any case', '1 [6,7] phone refused phone 0/1'],
    ['named enough', '1 [0,7] phone*2 refused phone 3/2'],
    ['named a product that is not in the cart', '1 [6,7] phone*2 refused case 1/2'],
    ['named another quantity', '1 [6,7] phone*2 refused phone 1/3'],
  ])('is false if it %s', (_, refusal) => {
    expect(violations(sale(`${oneSold}${refusal}`))).toEqual(['false-refusal']);
  });

  it('is false if its text says something else', () => {
    const facts = sale(`${oneSold}1 [6,7] phone*2 refused phone 1/2`);
    const withText = (available: number) => ({
      ...facts,
      attempts: facts.attempts.map((attempt) =>
        attempt.refusal
          ? {
              ...attempt,
              refusal: { ...attempt.refusal, text: { product: 'phone', available, requested: 2 } },
            }
          : attempt,
      ),
    });
    expect(violations(withText(1))).toEqual([]);
    expect(violations(withText(0))).toEqual(['false-refusal']);
  });

  it('is false because of units that a failed or refused attempt held for a while', () => {
    expect(
      violations(sale('stock phone 1\n0 [0,9] phone fail\n1 [2,3] phone refused phone 0/1\nleft phone 1')),
    ).toEqual(['false-refusal']);
  });

  it('may name a stock below zero that other sales have made', () => {
    expect(
      violations(
        sale(`
          stock phone 1
          0 [0,5] phone ordered
          1 [0,5] phone ordered
          2 [6,7] phone refused phone -1/1
          order 0 phone
          order 1 phone
          left phone -1
        `),
      ),
    ).toEqual(['oversold', 'negative-stock']);
  });

  it('may name zero where more was sold than there was', () => {
    expect(
      violations(
        sale(`
          stock phone 1
          0 [0,5] phone ordered
          1 [0,5] phone ordered
          2 [6,7] phone refused phone 0/1
          order 0 phone
          order 1 phone
          left phone -1
        `),
      ),
    ).toEqual(['oversold', 'negative-stock']);
  });

  it('is false if it names a stock below zero that no sale has made', () => {
    expect(violations(sale('stock phone 0\n2 [6,7] phone refused phone -1/1\nleft phone 0'))).toEqual([
      'false-refusal',
    ]);
  });

  it.each(['phone 4/5', 'phone 2/3'])(
    'may speak of all lines of a product or of one, with the others held already (%s)',
    (told) => {
      expect(anomalies(`stock phone 4\n0 [0,5] phone*2,phone*3 refused ${told}\nleft phone 4`)).toEqual([]);
    },
  );

  it('counts only the answers before it as certain: one at the same time is concurrent', () => {
    expect(anomalies(`${oneSold}1 [5,5] phone*4 refused phone 3/4`)).toEqual([]);
    expect(violations(sale(`${oneSold}1 [6,6] phone*4 refused phone 3/4`))).toEqual(['false-refusal']);
  });
});

describe('what was left undone', () => {
  it('is one needless refusal where one unit is left, however many were refused', () => {
    const found = findings(
      sale(`
        stock phone 1
        0 [0,] phone info
        1 [1,2] phone refused phone 0/1
        2 [1,2] phone refused phone 0/1
        left phone 1
      `),
    );
    expect(found).toMatchObject([
      {
        anomaly: 'refused-though-stock-remained',
        grade: 'interesting',
        message: 'Buyer 1 was refused, though the cart could have been filled from what was left.',
        needlessRefusals: 1,
      },
      { anomaly: 'unsold', grade: 'interesting' },
    ]);
  });

  it('is unsold units where the rest failed', () => {
    const found = findings(
      sale(`
        stock phone 3
        0 [0,1] phone ordered
        1 [0,1] phone fail
        2 [0,1] phone fail
        order 0 phone
        left phone 2
      `),
    );
    expect(found).toMatchObject([
      { anomaly: 'unsold', message: '2 units of phone could have been sold to 2 buyers who got nothing.' },
    ]);
    expect(found[0]).not.toHaveProperty('needlessRefusals');
  });

  it('is nothing where a cart lacks one of its products', () => {
    expect(
      anomalies(`
        stock phone 2
        stock case 0
        0 [0,1] phone,case refused case 0/1
        left phone 2
        left case 0
      `),
    ).toEqual([]);
  });
});

describe('facts that cannot be judged', () => {
  it.each([
    [
      'a buyer with two attempts',
      'stock phone 2\n0 [0,1] phone ordered\n0 [2,3] phone ordered',
      'Buyer 0 attempts twice',
    ],
    [
      'a product twice in the final state',
      'stock phone 2\nleft phone 1\nleft phone 1',
      'Product 1 stands twice',
    ],
  ])('throw: %s', (_, notation, message) => {
    expect(() => findings(sale(notation))).toThrow(message);
  });
});
