import { describe, expect, it } from 'vitest';
import { toHistory } from '../history.js';
import { runCheckers } from '../run-checkers.js';
import { numberCheckers } from './number-checkers.js';
import { findings, numbering, violations } from './numbering-notation.fixture.js';

const RIGHT = `
  0 [0,5] Ann 501 created 1
  1 [1,6] Bob 502 created 2
  2 [7,9] Ann 501 found 1
  3 [7,9] - 503 rejected
  stored 1 Ann 501
  stored 2 Bob 502
  counter 2
`;

function anomalies(notation: string): string[] {
  return findings(numbering(notation)).map(({ anomaly }) => anomaly);
}

describe('a numbering in which everything is right', () => {
  it('has no finding', () => {
    expect(findings(numbering(RIGHT))).toEqual([]);
  });

  it('may be empty', () => {
    expect(findings(numbering(''))).toEqual([]);
    expect(findings(numbering('counter 0'))).toEqual([]);
    expect(findings(numbering('before 9990 Zoe 599\nstored 9990 Zoe 599\ncounter 9990'))).toEqual([]);
  });

  it('may be without a counter', () => {
    expect(findings(numbering(RIGHT.replace('counter 2', '')))).toEqual([]);
  });

  it('may go past four digits', () => {
    expect(
      anomalies(`
        before 9999 Zoe 599
        0 [0,5] Ann 501 created 10000
        1 [6,9] Bob 502 created 10001
        stored 9999 Zoe 599
        stored 10000 Ann 501
        stored 10001 Bob 502
        counter 10001
      `),
    ).toEqual([]);
  });

  it('may find somebody who was there before', () => {
    expect(anomalies('before 3 Zoe 599\n0 [0,5] Zoe 599 found 3\nstored 3 Zoe 599\ncounter 3')).toEqual([]);
  });

  it('may give numbers in any order to calls that overlap, also where they only touch', () => {
    expect(
      anomalies(`
        0 [0,5] Ann 501 created 3
        1 [1,6] Bob 502 created 1
        2 [5,9] Cid 503 created 2
        stored 3 Ann 501
        stored 1 Bob 502
        stored 2 Cid 503
        counter 3
      `),
    ).toEqual([]);
  });
});

describe('an attempt that may have happened', () => {
  const timedOut = '0 [0,] Ann 501 info\n';

  it('is fine if it did, and fine if it did not', () => {
    expect(anomalies(`${timedOut} stored 1 Ann 501\ncounter 1`)).toEqual([]);
    expect(anomalies(`${timedOut} counter 0`)).toEqual([]);
  });

  it('is fine with its number drawn and nobody stored, which is a gap', () => {
    expect(anomalies(`${timedOut} counter 1`)).toEqual(['number-gap']);
  });

  it('is wrong if it left two customers', () => {
    expect(violations(numbering(`${timedOut} stored 1 Ann 501\nstored 2 Ann 501\ncounter 2`))).toEqual([
      'duplicate-customer',
    ]);
  });

  it('explains nobody with another name', () => {
    expect(violations(numbering(`${timedOut} stored 1 Bob 501\ncounter 1`))).toEqual(['customer-unexpected']);
  });

  it('explains an answer "found" with its number', () => {
    expect(anomalies(`${timedOut} 1 [9,12] Ann 501 found 1\nstored 1 Ann 501\ncounter 1`)).toEqual([]);
  });
});

describe('a number that was given twice', () => {
  const twice = `
    4 [0,5] Ann 501 created 1
    9 [1,6] Bob 502 created 1
    stored 1 Ann 501
    stored 1 Bob 502
    counter 1
  `;

  it('is found among the stored customers', () => {
    expect(findings(numbering(twice))).toEqual([
      {
        anomaly: 'duplicate-number',
        grade: 'violation',
        message: '#1 was given to 2 customers.',
        expected: 'each number belongs to one customer',
        observed: '1 number of 2 customers together',
        witness: [0, 1, 10, 11],
      },
    ]);
  });

  it('is explained by the notes of two who read the same', () => {
    const notes = '4 reads 0\n9 reads 0\n9 writes 1\n4 writes 1';
    expect(findings(numbering(`${twice}${notes}`))).toMatchObject([
      {
        message: '#1 was given to 2 customers. Clients 4 and 9 both read 0 and both wrote 1.',
        witness: [0, 1, 10, 11, 1000, 1001, 1002, 1003],
      },
    ]);
  });

  it('is not explained by a try that was rolled back, nor by a counter that is increased where it stands', () => {
    const rolledBack = '4 reads 0\n4 writes 1\n9 reads 0\n9 writes 1\n4 reads 1\n4 writes 2';
    const increased = '4 writes 1\n9 writes 1';
    for (const notes of [rolledBack, increased]) {
      expect(findings(numbering(`${twice}${notes}`))[0]?.message).toBe('#1 was given to 2 customers.');
    }
  });

  it('is found in the answers alone, though one customer has overwritten the other', () => {
    expect(violations(numbering(twice.replace('stored 1 Ann 501', '')))).toEqual([
      'duplicate-number',
      'customer-missing',
    ]);
  });

  it('is found where one of the two had it before the trial', () => {
    expect(
      violations(
        numbering(`
          before 3 Zoe 599
          0 [0,5] Ann 501 created 3
          stored 3 Zoe 599
          stored 3 Ann 501
          counter 3
        `),
      ),
    ).toEqual(['duplicate-number']);
  });

  it('names the number that most have, and counts the others', () => {
    const facts = numbering(`
      0 [0,5] Ann 501 created 1
      1 [0,5] Bob 502 created 1
      2 [0,5] Cid 503 created 2
      3 [0,5] Dan 504 created 2
      4 [0,5] Eve 505 created 2
      stored 1 Ann 501
      stored 1 Bob 502
      stored 2 Cid 503
      stored 2 Dan 504
      stored 2 Eve 505
    `);
    expect(findings(facts)).toMatchObject([
      {
        message: '#2 was given to 3 customers, and 1 more number more than once.',
        observed: '2 numbers of 5 customers together',
      },
    ]);
  });

  it('is not what returning customers are told', () => {
    expect(anomalies('0 [0,5] Ann 501 created 1\n1 [0,5] Ann 501 found 1\nstored 1 Ann 501')).toEqual([]);
  });
});

describe('a gap', () => {
  it('is interesting, and no violation', () => {
    const facts = numbering(`
      0 [0,5] Ann 501 created 1
      1 [0,5] - 502 rejected
      2 [0,5] Cid 503 created 3
      stored 1 Ann 501
      stored 3 Cid 503
      counter 3
    `);
    expect(findings(facts)).toEqual([
      {
        anomaly: 'number-gap',
        grade: 'interesting',
        message: '1 number up to #3 belongs to nobody: #2.',
        expected: 'every number from #1 to #3 belongs to a customer',
        observed: '2 numbers of 3',
        witness: [],
      },
    ]);
  });

  it('is found behind the last customer, where only the counter tells of it', () => {
    expect(findings(numbering('0 [0,5] Ann 501 created 1\nstored 1 Ann 501\ncounter 3'))).toMatchObject([
      { anomaly: 'number-gap', message: '2 numbers up to #3 belong to nobody: #2 and #3.' },
    ]);
  });

  it('begins after the numbers that were given before the trial', () => {
    expect(
      findings(
        numbering(
          'before 9990 Zoe 599\n0 [0,5] Ann 501 created 9992\nstored 9990 Zoe 599\nstored 9992 Ann 501',
        ),
      ),
    ).toMatchObject([{ message: '1 number up to #9992 belongs to nobody: #9991.' }]);
  });

  it('may be very wide, which takes no longer', () => {
    expect(
      findings(numbering('0 [0,5] Ann 501 created 1\nstored 1 Ann 501\ncounter 9000000000000')),
    ).toMatchObject([
      {
        message:
          '8999999999999 numbers up to #9000000000000 belong to nobody: #2, #3, #4, #5, #6 and 8999999999994 more.',
      },
    ]);
  });
});

describe('numbers out of order', () => {
  it('are found where the later call has the lower number', () => {
    const facts = numbering(`
      0 [0,5] Ann 501 created 2
      1 [6,9] Bob 502 created 1
      stored 2 Ann 501
      stored 1 Bob 502
      counter 2
    `);
    expect(findings(facts)).toEqual([
      {
        anomaly: 'number-out-of-order',
        grade: 'violation',
        message: 'Client 0 had been given #2 when client 1 began, who was given #1.',
        expected: 'numbers in the order of calls that do not overlap',
        observed: '#2, then #1',
        witness: [0, 1, 10, 11],
      },
    ]);
  });

  it('are found between the calls of one client', () => {
    expect(
      violations(
        numbering('0 [0,1] Ann 501 created 2\n0 [2,3] Bob 502 created 1\nstored 2 Ann 501\nstored 1 Bob 502'),
      ),
    ).toEqual(['number-out-of-order']);
  });

  it('are found below the last number given before the trial', () => {
    expect(
      findings(
        numbering(
          'before 9999 Zoe 599\n0 [0,1] Ann 501 created 1000\nstored 9999 Zoe 599\nstored 1000 Ann 501',
        ),
      ),
    ).toMatchObject([
      {
        anomaly: 'number-out-of-order',
        message: 'Client 0 was given #1000, though #9999 had been given before.',
      },
    ]);
  });
});

describe('two customers with one phone', () => {
  const doubled = `
    4 [0,5] Ann 501 created 1
    9 [1,6] Ann 501 created 2
    stored 1 Ann 501
    stored 2 Ann 501
    counter 2
  `;

  it('are found, as are the different numbers that their callers were told', () => {
    expect(findings(numbering(doubled))).toEqual([
      {
        anomaly: 'duplicate-customer',
        grade: 'violation',
        message: 'The phone 501 belongs to 2 customers.',
        expected: 'one customer a phone',
        observed: '1 phone with more than one customer',
        witness: [0, 1, 10, 11],
      },
      {
        anomaly: 'unequal-numbers',
        grade: 'violation',
        message: 'Those who called with the phone 501 were told #1 and #2.',
        expected: 'one number for one phone',
        observed: '1 phone with more than one number',
        witness: [0, 1, 10, 11],
      },
    ]);
  });

  it('are found in the answers alone, also where the number is the same', () => {
    const same = '0 [0,5] Ann 501 created 1\n1 [0,5] Ann 501 created 1\nstored 1 Ann 501\ncounter 1';
    expect(violations(numbering(same))).toEqual(['duplicate-number', 'duplicate-customer']);
  });

  it('are found where one of them was there before', () => {
    expect(
      violations(
        numbering(
          'before 1 Zoe 599\n0 [0,5] Zoe 599 created 2\nstored 1 Zoe 599\nstored 2 Zoe 599\ncounter 2',
        ),
      ),
    ).toEqual(['duplicate-customer']);
  });

  it('may be told unequal numbers though only one is stored', () => {
    expect(
      violations(
        numbering('0 [0,5] Ann 501 created 1\n1 [0,5] Ann 501 found 2\nstored 1 Ann 501\ncounter 1'),
      ),
    ).toEqual(['unequal-numbers', 'customer-missing']);
  });
});

describe('a customer who is missing', () => {
  it('is found where an answer promised him', () => {
    expect(findings(numbering('3 [0,5] Ann 501 created 1\ncounter 1'))).toMatchObject([
      {
        anomaly: 'customer-missing',
        message: 'Client 3 was told #1 for the phone 501, but no such customer is stored.',
        observed: 'nobody has this phone',
        witness: [0, 1],
      },
      { anomaly: 'number-gap' },
    ]);
  });

  it('is found where he was there before', () => {
    expect(findings(numbering('before 7 Zoe 599\ncounter 7'))).toMatchObject([
      {
        anomaly: 'customer-missing',
        message: 'Before the trial there was #7 for the phone 599, but no such customer is stored.',
      },
    ]);
  });

  it('is found where he was renumbered', () => {
    expect(findings(numbering('3 [0,5] Ann 501 created 1\nstored 2 Ann 501\ncounter 2'))).toMatchObject([
      { anomaly: 'customer-missing', observed: 'this phone has #2' },
      { anomaly: 'customer-unexpected' },
      { anomaly: 'number-gap' },
    ]);
  });
});

describe('a customer nobody was promised', () => {
  it.each([
    ['fail', 'the attempt of client 3 certainly failed'],
    ['rejected', 'client 3 was rejected'],
    ['found 1', 'client 3 was told something else'],
  ])('is found where the attempt ended in %s', (result, reason) => {
    const found = findings(numbering(`3 [0,5] Ann 501 ${result}\nstored 1 Ann 501\ncounter 1`));
    expect(found.find(({ anomaly }) => anomaly === 'customer-unexpected')?.message).toBe(
      `#1 with the phone 501 is stored, though ${reason}.`,
    );
  });

  it.each(['[0,5] - 501 created 1', '[0,] - 501 info'])(
    'is found where the store took what it must not take: %s',
    (attempt) => {
      expect(findings(numbering(`3 ${attempt}\nstored 1 - 501\ncounter 1`))).toMatchObject([
        {
          anomaly: 'customer-unexpected',
          message: '#1 with the phone 501 is stored, though no store may take what client 3 called with.',
        },
      ]);
    },
  );

  it('is found where nobody called', () => {
    expect(findings(numbering('stored 1 Ann 501\ncounter 1'))).toMatchObject([
      {
        anomaly: 'customer-unexpected',
        message: '#1 with the phone 501 is stored, though nobody called with it.',
      },
    ]);
  });
});

describe('the counter', () => {
  it('is behind when a customer has a higher number', () => {
    const facts = numbering(`
      0 [0,5] Ann 501 created 1
      1 [0,5] Bob 502 created 2
      stored 1 Ann 501
      stored 2 Bob 502
      counter 1
    `);
    expect(findings(facts)).toEqual([
      {
        anomaly: 'counter-behind',
        grade: 'violation',
        message: 'The counter is 1, but #2 has been given: the next customers get numbers again.',
        expected: 'a counter of 2 or more',
        observed: '1',
        witness: [],
      },
    ]);
  });

  it('is behind when it fell below where it began', () => {
    expect(violations(numbering('before 7 Zoe 599\nstored 7 Zoe 599\ncounter 3'))).toEqual([
      'counter-behind',
    ]);
  });
});

describe('a rejection', () => {
  it('of somebody whose data is right is interesting, and counted as a refusal', () => {
    expect(findings(numbering('3 [0,5] Ann 501 rejected\n4 [0,5] - 502 rejected'))).toMatchObject([
      {
        anomaly: 'rejected-though-valid',
        grade: 'interesting',
        message: '1 customer was rejected without a reason, among them the one of client 3.',
        needlessRefusals: 1,
        witness: [0, 1],
      },
    ]);
  });
});

it('cannot be judged where a number is none: every checker says so and none says it is right', () => {
  const checkers = numberCheckers(() => numbering('0 [0,5] Ann 501 created 1\nstored NaN Ann 501'));
  const history = toHistory({ initial: null, events: [], final: null, openTransactions: [] });
  const { findings: found, crashed } = runCheckers(checkers, history);
  expect(found).toEqual([]);
  expect(crashed).toHaveLength(checkers.length);
  expect(crashed[0]).toContain('NaN is not the number of a customer');
});
