import { describe, expect, it } from 'vitest';
import { anomalies, findings, updates } from './updates-notation.fixture.js';

describe('updates of one value', () => {
  it('may be none', () => {
    expect(anomalies('')).toEqual([]);
    expect(anomalies('first a 500\nfinal a 500')).toEqual([]);
  });

  it('are right one after the other, in whatever order', () => {
    expect(anomalies('first a 500\n0 [0,5] a+100(500) ok\n1 [0,5] a+50(600) ok\nfinal a 650')).toEqual([]);
    expect(anomalies('first a 500\n0 [0,5] a+100(550) ok\n1 [0,5] a+50(500) ok\nfinal a 650')).toEqual([]);
  });

  it('are lost where two replaced the same value', () => {
    const lost = updates(`
      first a 500
      0 [0,5] a+100(500) ok
      1 [0,5] a+50(500) ok
      final a 550
    `);
    expect(findings(lost)).toEqual([
      {
        anomaly: 'lost-update',
        grade: 'violation',
        message: 'Clients 0 and 1 both replaced the total 500 of a, which stood there once.',
        expected: 'a: 650',
        observed: 'a: 550',
        witness: [10, 11, 20, 21],
      },
    ]);
  });

  it('are lost where nothing tells what was replaced, and one is missing in the end', () => {
    expect(anomalies('first a 500\n0 [0,5] a+100 ok\n1 [0,5] a+50 ok\nfinal a 550')).toEqual([
      'unexplained-total',
    ]);
  });

  it('are wrong where one was made twice, or one that failed was made', () => {
    expect(anomalies('first a 500\n0 [0,5] a+100(500) ok\nfinal a 700')).toEqual(['unexplained-total']);
    expect(anomalies('first a 500\n0 [0,5] a+100(500) fail\nfinal a 600')).toEqual(['unexplained-total']);
  });

  it('may replace a value as often as it stood there', () => {
    const thrice = `
      first a 500
      0 [0,1] a+100(500) ok
      1 [2,3] a-100(600) ok
      2 [4,5] a+100(500) ok
    `;
    expect(anomalies(`${thrice} final a 600`)).toEqual([]);
    expect(anomalies(`${thrice} 3 [6,7] a+50(500) ok\nfinal a 650`)).toEqual(['lost-update']);
  });

  it('replace nothing that nobody made', () => {
    const [finding] = findings(updates('first a 500\n0 [0,5] a+100(400) ok\nfinal a 600'));
    expect(finding).toMatchObject({
      anomaly: 'unexplained-total',
      message: 'Client 0 replaced the total 400 of a, which was never there.',
    });
  });

  it('leave what the answers say, where all of them say what they replaced', () => {
    const [finding] = findings(
      updates('first a 500\n0 [0,5] a=600(500) ok\n1 [0,5] a=550(600) ok\nfinal a 600'),
    );
    expect(finding).toMatchObject({ anomaly: 'unexplained-total', expected: 'a: 550', observed: 'a: 600' });
  });

  it('are about a value that is there before and after', () => {
    expect(anomalies('first a 500')).toEqual(['unexplained-total']);
    expect(anomalies('final a 500')).toEqual(['unexplained-total']);
  });
});

describe('a value that two set at once', () => {
  const set = (replaced: number, replacedByOther: number, final: number) =>
    anomalies(`
      first a 500
      0 [0,5] a=600(${replaced}) ok
      1 [0,5] a=550(${replacedByOther}) ok
      final a ${final}
    `);

  it('may be either in the end, if the other one was seen', () => {
    expect(set(500, 600, 550)).toEqual([]);
    expect(set(550, 500, 600)).toEqual([]);
  });

  it('has lost one of them if neither saw the other, though it is what it should be', () => {
    expect(set(500, 500, 550)).toEqual(['lost-update']);
    expect(set(500, 500, 600)).toEqual(['lost-update']);
  });

  it('proves nothing where the answers do not say what was replaced', () => {
    const blind = 'first a 500\n0 [0,5] a=600 ok\n1 [0,5] a=550 ok\n';
    expect(anomalies(`${blind} final a 550`)).toEqual([]);
    expect(anomalies(`${blind} final a 600`)).toEqual([]);
    expect(anomalies(`${blind} final a 500`)).toEqual(['unexplained-total']);
  });

  it('is the later one where they do not overlap', () => {
    const later = 'first a 500\n0 [0,1] a=600 ok\n1 [2,3] a=550 ok\n';
    expect(anomalies(`${later} final a 550`)).toEqual([]);
    expect(anomalies(`${later} final a 600`)).toEqual(['unexplained-total']);
  });

  it('keeps what is added after it, and not what was added before', () => {
    const added = 'first a 500\n0 [0,1] a+7 ok\n1 [2,3] a=600 ok\n2 [4,5] a+10 ok\n3 [2,6] a+100 ok\n';
    expect(anomalies(`${added} final a 610`)).toEqual([]);
    expect(anomalies(`${added} final a 710`)).toEqual([]);
    expect(anomalies(`${added} final a 600`)).toEqual(['unexplained-total']);
    expect(anomalies(`${added} final a 617`)).toEqual(['unexplained-total']);
  });
});

describe('a change that may have happened', () => {
  const twice = 'first a 500\n0 [0,] a+100 info\n1 [0,5] a+50(500) ok\n';

  it('is fine if it did, and fine if it did not', () => {
    expect(anomalies(`${twice} final a 650`)).toEqual([]);
    expect(anomalies(`${twice} final a 550`)).toEqual([]);
    expect(anomalies(`${twice} final a 600`)).toEqual(['unexplained-total']);
  });

  it('may have made what was replaced', () => {
    const behind = 'first a 500\n0 [0,] a+100 info\n1 [0,5] a+50(600) ok\nfinal a 650';
    expect(anomalies(behind)).toEqual([]);
    expect(anomalies('first a 500\n0 [0,] a=600 info\n1 [0,5] a+50(700) ok\nfinal a 550')).toEqual([
      'unexplained-total',
    ]);
  });

  it('does not excuse more than it can have made', () => {
    const three = `
      first a 500
      0 [0,] a=500 info
      1 [0,5] a+50(500) ok
      2 [0,5] a+50(500) ok
      3 [0,5] a+50(500) ok
      final a 550
    `;
    expect(anomalies(three)).toEqual(['lost-update']);
  });

  it('is not asked about where there are too many to tell', () => {
    const infos = Array.from({ length: 40 }, (_, place) => `${place} [0,] a+${2 ** (place % 20)} info`);
    expect(anomalies(`first a 0\n${infos.join('\n')}\nfinal a -1`)).toEqual([]);
  });
});

describe('a move from one value to another', () => {
  const move = 'first a 500\nfirst b 500\n0 [2,8] a-100(500),b+100(500) ok\nfinal a 400\nfinal b 600\n';

  it('may be read before and after, and not in between', () => {
    expect(anomalies(`${move} 1 [3,4] reads a 500,b 500`)).toEqual([]);
    expect(anomalies(`${move} 1 [3,4] reads a 400,b 600`)).toEqual([]);
    const [finding] = findings(updates(`${move} 1 [3,4] reads a 400,b 500`));
    expect(finding).toEqual({
      anomaly: 'inconsistent-read',
      grade: 'violation',
      message: 'Client 1 read a: 400, b: 500, which never stood there together.',
      expected: 'totals as they stood at one moment',
      observed: 'a: 400, b: 500',
      witness: [20, 21, 50, 51],
    });
  });

  it('is read by whoever comes after it, and by nobody before it', () => {
    expect(anomalies(`${move} 1 [9,10] reads a 500,b 500`)).toEqual(['inconsistent-read']);
    expect(anomalies(`${move} 1 [0,1] reads a 400,b 600`)).toEqual(['inconsistent-read']);
    expect(anomalies(`${move} 1 [9,10] reads a 400,b 600`)).toEqual([]);
  });

  it('is not read without one that was over when it began', () => {
    const inTurn = (second: string) =>
      `first a 500\nfirst b 500\n0 [1,3] a+100(500) ok\n1 ${second} b+10(500) ok\nfinal a 600\nfinal b 510\n`;
    const after = inTurn('[4,5]');
    for (const seen of ['a 500,b 500', 'a 600,b 500', 'a 600,b 510'])
      expect(anomalies(`${after} 2 [0,9] reads ${seen}`)).toEqual([]);
    expect(anomalies(`${after} 2 [0,9] reads a 500,b 510`)).toEqual(['inconsistent-read']);
    // Of two that overlap either may have been the first.
    expect(anomalies(`${inTurn('[3,5]')} 2 [0,9] reads a 500,b 510`)).toEqual([]);
  });

  it('that failed is read by nobody', () => {
    const failed = 'first a 500\nfirst b 500\n0 [0,9] a-100,b+100 fail\nfinal a 500\nfinal b 500\n';
    expect(anomalies(`${failed} 1 [1,2] reads a 400,b 600`)).toEqual(['inconsistent-read']);
    expect(anomalies(`${failed} 1 [1,2] reads a 400`)).toEqual(['inconsistent-read']);
  });

  it('that may have happened is read whole or not at all', () => {
    const maybe = 'first a 500\nfirst b 500\n0 [0,] a-100,b+100 info\nfinal a 400\nfinal b 600\n';
    expect(anomalies(`${maybe} 1 [5,6] reads a 500,b 500`)).toEqual([]);
    expect(anomalies(`${maybe} 1 [5,6] reads a 400,b 600`)).toEqual([]);
    expect(anomalies(`${maybe} 1 [5,6] reads a 400,b 500`)).toEqual(['inconsistent-read']);
  });

  it('says nothing of reads beside something that is set', () => {
    const set = 'first a 500\nfirst b 500\n0 [0,9] a=1(500) ok\nfinal a 1\nfinal b 500\n';
    expect(anomalies(`${set} 1 [1,2] reads a 7,b 500`)).toEqual([]);
  });
});

describe('a thing that is used', () => {
  it('counts its uses', () => {
    expect(anomalies('D1 limit 3 used 2 by 0,1\n0 [0,5] uses D1\n1 [0,5] uses D1')).toEqual([]);
    expect(anomalies('D1 limit 3 used 0 by ')).toEqual([]);
  });

  it('is miscounted where two read the same count', () => {
    const [finding] = findings(
      updates(`
        D1 limit 3 used 1 by 0,1
        0 [0,5] uses D1 read 0 wrote 1
        1 [0,5] uses D1 read 0 wrote 1
      `),
    );
    expect(finding).toMatchObject({
      anomaly: 'usage-miscounted',
      message:
        'D1 counts 1 use, and 2 of it are stored. Lost update: clients 0 and 1 both read 0 and both wrote 1.',
      observed: '1 counted, 2 stored',
      witness: [10, 11, 20, 21, 1010, 1011, 1020, 1021],
    });
  });

  it('is miscounted with no notes, and where a use is counted that is not stored', () => {
    expect(anomalies('D1 limit 3 used 1 by 0,1\n0 [0,5] uses D1\n1 [0,5] uses D1')).toEqual([
      'usage-miscounted',
    ]);
    expect(anomalies('D1 limit 3 used 2 by 0\n0 [0,5] uses D1')).toEqual(['usage-miscounted']);
  });
});

it('is one customer a name', () => {
  expect(anomalies('name Ann\nname Bob')).toEqual([]);
  expect(findings(updates('name Ann\nname Bob\nname Ann\nname Bob\nname Ann'))).toMatchObject([
    { anomaly: 'duplicate-name', message: '3 customers are called Ann. So it is for 1 more name.' },
  ]);
});
