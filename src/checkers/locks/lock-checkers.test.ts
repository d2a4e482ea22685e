import { describe, expect, it } from 'vitest';
import type { Finding } from '../../core/checker.js';
import type { ContractTypes } from '../../core/contract.js';
import { toHistory } from '../history.js';
import { events } from '../history-notation.fixture.js';
import type { LeftLock } from './left-behind.js';
import { lockCheckers } from './lock-checkers.js';
import { compatible } from './holds.js';

/** Times in the notation are milliseconds here. */
function findings(notation: string, left: readonly LeftLock[] = [], limitMs?: number): Finding[] {
  const history = toHistory<ContractTypes>({
    initial: null,
    events: events(notation).map((event) => ({ ...event, timeNs: event.timeNs * 1e6 })),
    final: null,
    openTransactions: [],
  });
  const checkers = lockCheckers<ContractTypes>({
    left: () => left,
    ...(limitMs === undefined ? {} : { waitLimit: () => ({ limitMs, slackMs: 20 }) }),
  });
  return checkers.flatMap((checker) => [...checker.check(history)]);
}

/** One operation of process `process` on table 5: when it acquires, when it lets go, when it ends. */
function holder(
  process: number,
  acquired: number,
  released: number | undefined,
  fields: object = {},
): string {
  const key = '"key":"table 5"';
  const more = JSON.stringify(fields).slice(1, -1);
  return [
    `0 ${process} invoke book`,
    `${acquired - 1} ${process} lock-requested {${key}}`,
    `${acquired} ${process} lock-acquired {${key}${more ? `,${more}` : ''}}`,
    ...(released === undefined ? [] : [`${released} ${process} lock-released {${key}}`]),
    `${(released ?? acquired) + 1} ${process} ok book`,
  ].join('\n');
}

function anomalies(...args: Parameters<typeof findings>): string[] {
  return findings(...args).map(({ anomaly }) => anomaly);
}

describe('the compatibility of lock modes', () => {
  it('lets two readers in, and nobody beside a writer', () => {
    expect(compatible('shared', 'shared')).toBe(true);
    expect(compatible('shared', 'exclusive')).toBe(false);
    expect(compatible('exclusive', 'shared')).toBe(false);
    expect(compatible('exclusive', 'exclusive')).toBe(false);
  });
});

describe('holders of a lock', () => {
  it('may follow each other, also within the same nanosecond', () => {
    expect(anomalies(`${holder(1, 10, 20)}\n${holder(2, 20, 30)}\n${holder(3, 31, 40)}`)).toEqual([]);
  });

  it('may be none, and there may be no note at all', () => {
    expect(anomalies('')).toEqual([]);
    expect(anomalies('0 1 invoke book\n1 1 ok book')).toEqual([]);
  });

  it('are two at once where one acquires it before the other lets go', () => {
    const found = findings(`${holder(1, 10, 20)}\n${holder(2, 19, 30)}`);
    expect(found).toEqual([
      {
        anomaly: 'two-holders',
        grade: 'violation',
        message: 'Clients 1 and 2 held table 5 at once, exclusive and exclusive.',
        expected: 'no two holders whose modes do not go together',
        observed: 'client 2 acquired it before client 1 let go and before its time was up',
        witness: [0, 2, 3, 5, 7, 8],
      },
    ]);
  });

  it.each([
    ['shared', 'shared', []],
    ['shared', 'exclusive', ['two-holders']],
    ['exclusive', 'shared', ['two-holders']],
    ['exclusive', 'exclusive', ['two-holders']],
  ])('of which one is %s and one %s give %o', (one, other, expected) => {
    const both = `${holder(1, 10, 30, { mode: one })}\n${holder(2, 20, 40, { mode: other })}`;
    expect(anomalies(both)).toEqual(expected);
  });

  it('are compared with all of several readers, also those that came before the last one', () => {
    const readers = [1, 2, 3].map((process) =>
      holder(process, 10 + process, process === 1 ? 50 : 20, { mode: 'shared' }),
    );
    expect(anomalies(`${readers.join('\n')}\n${holder(4, 40, 60)}`)).toEqual(['two-holders']);
  });

  it('do not meet on different locks', () => {
    const other = holder(2, 15, 30).replaceAll('table 5', 'table 6');
    expect(anomalies(`${holder(1, 10, 20)}\n${other}`)).toEqual([]);
  });

  it('may raise their own shared lock to an exclusive one', () => {
    const upgrade = `
      0 1 invoke book
      1 1 lock-acquired {"key":"table 5","mode":"shared"}
      2 1 lock-acquired {"key":"table 5","mode":"exclusive"}
      9 1 lock-released {"key":"table 5"}
      10 1 ok book`;
    expect(anomalies(upgrade)).toEqual([]);
    expect(anomalies(`${upgrade}\n${holder(2, 5, 6, { mode: 'shared' })}`)).toContain('two-holders');
  });

  it('may let go and acquire it again in one operation', () => {
    const again = `
      0 1 invoke book
      1 1 lock-acquired {"key":"table 5"}
      2 1 lock-released {"key":"table 5"}
      8 1 lock-acquired {"key":"table 5"}
      9 1 lock-released {"key":"table 5"}
      10 1 ok book`;
    expect(anomalies(`${again}\n${holder(2, 4, 6)}`)).toEqual([]);
    expect(anomalies(`${again}\n${holder(2, 4, 8.5)}`)).toEqual(['two-holders']);
  });

  it('of whom one does not tell of its release hold it at the moment of their acquisition, and later who knows', () => {
    expect(anomalies(`${holder(1, 10, undefined)}\n${holder(2, 15, 20)}`)).toEqual([]);
    expect(anomalies(`${holder(1, 10, 20)}\n${holder(2, 15, undefined)}`)).toEqual(['two-holders']);
  });
});

describe('a lease', () => {
  const lease = { leaseMs: 600 };

  it('is held until its end at most, whatever its holder does then', () => {
    const found = findings(`${holder(1, 10, 900, lease)}\n${holder(2, 640, 700, lease)}`);
    expect(found).toMatchObject([
      {
        anomaly: 'lease-outlived',
        grade: 'interesting',
        message:
          'Client 1 took itself for the holder of table 5 for 290 ms after its lease was over; client 2 held it by then.',
      },
    ]);
  });

  it('keeps others out before its end', () => {
    expect(anomalies(`${holder(1, 10, 900, lease)}\n${holder(2, 600, 700, lease)}`)).toEqual(['two-holders']);
  });

  it('of a third one is broken by a stale release: the second has been let in rightly, the third has not', () => {
    const [first, ...rest] = findings(
      `${holder(1, 0, 840, lease)}\n${holder(2, 690, 1050, lease)}\n${holder(3, 930, 940, lease)}`,
    );
    expect(first).toMatchObject({ anomaly: 'two-holders' });
    expect(first?.message).toContain('Clients 2 and 3');
    expect(rest.map(({ anomaly }) => anomaly)).toEqual(['lease-outlived']);
  });

  it('that nobody took over was not outlived, however late its holder let go', () => {
    expect(anomalies(`${holder(1, 10, 900, lease)}\n${holder(2, 901, 950, lease)}`)).toEqual([]);
  });
});

describe('a lock that is left behind', () => {
  const of = (process: number | undefined, lapses = true): LeftLock => ({ key: 'table 5', process, lapses });
  const answered = '0 1 invoke book\n1 1 ok book';
  const failed = '0 1 invoke book\n1 1 fail book';
  const crashed = '0 1 invoke book\n1 1 info book crashed';

  it.each([answered, failed])(
    'by an operation that has ended is wrong, though it lapses one day',
    (ended) => {
      expect(findings(ended, [of(1)])).toMatchObject([
        {
          anomaly: 'lock-left-behind',
          message: 'The lock table 5 of client 1, whose operation has ended, is still there in the end.',
          witness: [0, 1],
        },
      ]);
    },
  );

  it('by a dead client may stand until it lapses', () => {
    expect(anomalies(crashed, [of(1)])).toEqual([]);
  });

  it('by a dead client must not stand for ever', () => {
    expect(findings(crashed, [of(1, false)])).toMatchObject([{ anomaly: 'lock-left-behind' }]);
  });

  it('by nobody knows whom may be that of a client without an answer, if it lapses and there is one', () => {
    expect(anomalies(`${crashed}\n2 2 invoke book\n3 2 ok book`, [of(undefined)])).toEqual([]);
    expect(anomalies(answered, [of(undefined)])).toEqual(['lock-left-behind']);
    expect(anomalies(crashed, [of(undefined, false)])).toEqual(['lock-left-behind']);
  });

  it('is counted with all others', () => {
    const [found] = findings(answered, [of(1), of(1), of(undefined)]);
    expect(found?.message).toContain('So are 2 more.');
    expect(found?.observed).toBe('3 locks left');
  });
});

describe('waiting for a lock', () => {
  it('is wrong beyond the limit and its slack, for who gets it and for who gives up', () => {
    const got = `
      0 1 invoke book
      0 1 lock-requested {"key":"table 5"}
      221 1 lock-acquired {"key":"table 5"}
      222 1 lock-released {"key":"table 5"}
      223 1 ok book`;
    expect(findings(got, [], 200)).toMatchObject([
      {
        anomaly: 'waited-beyond-limit',
        message: 'Client 1 waited 221 ms for table 5, where nobody may wait longer than 200 ms.',
        witness: [0, 1, 2],
      },
    ]);
    const gaveUp = '0 1 invoke book\n1 1 lock-requested {"key":"table 5"}\n300 1 fail book lock-timeout';
    expect(findings(gaveUp, [], 200)[0]?.message).toContain('waited 299 ms for table 5 and did not get it');
  });

  it('is fine up to the limit and its slack', () => {
    expect(anomalies(holder(1, 100, 900), [], 99)).toEqual([]);
    expect(
      anomalies('0 1 invoke book\n0 1 lock-requested {"key":"table 5"}\n219 1 ok book', [], 200),
    ).toEqual([]);
  });

  it('is not judged where the contract has no limit, and not of who never answered', () => {
    const long = '0 1 invoke book\n0 1 lock-requested {"key":"table 5"}\n9999 1 ok book';
    expect(anomalies(long)).toEqual([]);
    expect(anomalies('0 1 invoke book\n0 1 lock-requested {"key":"table 5"}', [], 1)).toEqual([]);
  });
});
