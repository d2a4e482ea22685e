import { afterAll, describe, expect, it } from 'vitest';
import { toHistory } from '../checkers/history.js';
import { runAllCheckers } from '../checkers/run-checkers.js';
import type { HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import { UsageError } from '../core/usage-error.js';
import type { Burst, BurstFinal } from './contract.js';
import { readExpectation } from './expectation.js';
import { openExpressionThread } from './expression-thread.js';
import { burstScenario } from './scenario.js';

const thread = openExpressionThread();
afterAll(() => thread.close());

/** One answer of each client: a status with its body, or why there was none. */
type Answer = readonly [status: number, body?: Json] | 'timeout' | 'refused';

async function judge(expect: readonly string[], answers: readonly Answer[], final: BurstFinal = {}) {
  const problems: string[] = [];
  const expectations = await Promise.all(expect.map((text) => readExpectation(text, problems)));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const scenario = burstScenario(
    { requests: [], rows: [] },
    expectations.filter((one) => one !== undefined),
    thread,
  );
  const events = answers.flatMap((answer, client): HistoryEvent[] => {
    const of = { f: 'request', client, process: client };
    const value = { request: 'POST /a', trial: 1, fresh: '1', random: '2', place: 0 };
    const end = { ...of, timeNs: 100 + client };
    return [
      { type: 'invoke', timeNs: client, ...of, value },
      answer === 'timeout'
        ? { type: 'info', ...end, error: { code: 'timeout', message: 'no answer' } }
        : answer === 'refused'
          ? { type: 'fail', ...end, error: { code: 'ECONNREFUSED', message: 'nobody there' } }
          : { type: 'ok', ...end, value: { status: answer[0], body: answer[1] ?? '', ms: 1 } },
    ];
  });
  const history = toHistory<Burst>({
    initial: { trial: 1, fresh: '1', expect: [] },
    events: events.sort((a, b) => a.timeNs - b.timeNs),
    final,
    openTransactions: [],
  });
  const { findings, crashed } = await runAllCheckers(scenario, history);
  return { broken: findings.map(({ expected }) => expected), open: crashed, findings };
}

const HELD = { broken: [], open: [] };

describe('a count of a status', () => {
  it('holds, or is broken by too many and by too few', async () => {
    expect(await judge(['200 = 1', '409 = 2', '4xx >= 2'], [[200], [409], [409]])).toMatchObject(HELD);
    expect((await judge(['200 = 1', '409 = 2'], [[200], [200], [409]])).broken).toEqual([
      '200 = 1',
      '409 = 2',
    ]);
    expect((await judge(['200 = 1'], [[409], [409]])).broken).toEqual(['200 = 1']);
  });

  it('is open where an unclear answer decides: a 5xx, a time-out, a request that was never made', async () => {
    for (const unclear of [[503], 'timeout', 'refused'] as const) {
      expect(await judge(['200 = 1'], [[200], unclear])).toMatchObject({
        broken: [],
        open: [expect.stringContaining('"200 = 1" is open')],
      });
      expect((await judge(['200 = 1'], [[409], unclear])).open).toHaveLength(1);
    }
  });

  it('is broken for certain where no unclear answer can mend it, and holds where none can break it', async () => {
    expect((await judge(['200 = 1'], [[200], [200], [503], 'timeout'])).broken).toEqual(['200 = 1']);
    expect(await judge(['200 >= 1', '200 <= 3'], [[200], [503], 'timeout'])).toMatchObject(HELD);
  });

  it('takes a server error for what it is where that is what is counted', async () => {
    expect((await judge(['5xx = 0'], [[200], [503]])).broken).toEqual(['5xx = 0']);
    expect(await judge(['503 = 1'], [[200], [503]])).toMatchObject(HELD);
  });

  it('names the answers that break it, and what came', async () => {
    const { findings } = await judge(['200 = 1'], [[200], [409], [200]]);
    expect(findings).toEqual([
      {
        anomaly: 'broken-expectation',
        grade: 'violation',
        message: '2 answers of 3 had the status 200, expected 200 = 1',
        expected: '200 = 1',
        observed: '2 x 200, 1 x 409',
        witness: [3, 5],
      },
    ]);
  });
});

it('a count that no answer had says what they had instead', async () => {
  const { findings } = await judge(['200 = 1'], [[201], [409], [409]]);
  expect(findings[0]?.message).toBe('no answer of 3 (1 x 201, 2 x 409) had the status 200, expected 200 = 1');
});

describe('an expression', () => {
  const SOLD = { before: { stock: 2 }, after: { stock: 0, sold: [1, 1] } };

  it('speaks of answers in the order of the clients, and of the state before and after', async () => {
    const expectations = [
      'after.stock + $sum(after.sold) = before.stock',
      'answers[0].body.id = 7 and answers[1].status = 409',
      '$count($distinct(answers.client)) = 2',
    ];
    expect(await judge(expectations, [[200, { id: 7 }], [409]], SOLD)).toMatchObject(HELD);
    const { findings } = await judge(['after.stock > 0'], [[200], [409]], SOLD);
    expect(findings[0]).toMatchObject({
      message:
        '"after.stock > 0" is false: 1 x 200, 1 x 409; before {"stock":2}; after {"stock":0,"sold":[1,1]}',
    });
  });

  it('says of a state after mere acceptance that it may be too early to judge', async () => {
    const late = 'then --after must ask a route that waits for its end';
    const told = async (text: string, ...answers: readonly Answer[]) =>
      (await judge([text], answers, SOLD)).findings[0]?.message;
    expect(await told('after.stock > 0', [202], [409])).toContain(late);
    expect(await told('after.stock > 0', [200], [409])).not.toContain(late);
    expect(await told('before.stock > 2', [202], [409])).not.toContain(late);
  });

  it('is open where an answer that it looks at is unclear, or something may still be at work', async () => {
    const open = async (text: string, ...answers: readonly Answer[]) =>
      (await judge([text], answers, SOLD)).open;
    expect(await open('$count(answers[status = 200]) = 1', [200], [500])).toHaveLength(1);
    expect(await open('after.stock = 0', [200], 'timeout')).toHaveLength(1);
    expect(await open('after.stock = 0', [200], [504])).toHaveLength(1);
    expect(await open('answers.status = 7', [200], [500])).toHaveLength(1);
    expect(await open('before.stock = 2', [200], 'refused')).toEqual([]);
  });

  it('is judged where it speaks of the state alone and everything has come to rest', async () => {
    expect((await judge(['after.stock > 0'], [[200], [500]], SOLD)).broken).toEqual(['after.stock > 0']);
    expect(await judge(['after.stock = 0'], [[200], [500]], SOLD)).toMatchObject(HELD);
  });

  it('is open where the state before was lost', async () => {
    expect((await judge(['after.stock = 0'], [[200]], { ...SOLD, lostBefore: true })).open).toHaveLength(1);
  });

  it.each([
    ['after.stock', 'got 0'],
    ['after.nothing > 1', 'got nothing'],
    ['answers.body + 1 = 2', '--expect failed'],
  ])('is a mistake of the user where it gives no boolean: %s', async (text, words) => {
    const judging = judge(
      [text],
      [
        [200, { a: 1 }],
        [200, 'x'],
      ],
      SOLD,
    );
    await expect(judging).rejects.toThrow(UsageError);
    await expect(judging).rejects.toThrow(words);
    await expect(judging).rejects.toThrow(
      /\n {2}it was put to 2 x 200; before \{"stock":2\}; after \{"stock":0/,
    );
  });
});

it('finds nothing in a trial in which every answer was a server error, whatever is expected of the state', async () => {
  const { broken, open } = await judge(['after.stock >= 0'], [[500], [503]], { after: { stock: 1 } });
  expect([broken, open]).toEqual([[], [expect.stringContaining('no request was clearly answered')]]);
});

describe('a trial proves nothing', () => {
  const open = async (expected: readonly string[], statuses: readonly number[]) =>
    (
      await judge(
        expected,
        statuses.map((status) => [status] as const),
        { after: { stock: 1 } },
      )
    ).open;

  it('where nobody was served, though what is expected holds', async () => {
    for (const status of [404, 401, 302, 409]) {
      for (const expected of ['200 <= 1', 'after.stock >= 0']) {
        expect(await open([expected], [status, status])).toEqual([
          expect.stringContaining(`nobody was served (2 x ${status})`),
        ]);
      }
    }
    expect(await open(['200 <= 1'], [200, 409])).toEqual([]);
    expect(await open(['200 <= 1'], [409])).toHaveLength(1);
  });

  it('where but one request was let through', async () => {
    for (const status of [429, 401]) {
      expect(await open(['200 <= 1'], [200, status, status])).toEqual([
        expect.stringContaining(`only one request was let through (1 x 200, 2 x ${status})`),
      ]);
    }
    expect(await open(['200 <= 1'], [200, 429, 409])).toEqual([]);
    expect(await open(['200 = 1'], [200])).toEqual([]);
  });

  it('unless that is what is asked for', async () => {
    expect(await open(['409 = 2', 'after.stock >= 0'], [409, 409])).toEqual([]);
    expect(await open(['3xx >= 1'], [302, 302])).toEqual([]);
    expect(await open(['429 = 2'], [200, 429, 429])).toEqual([]);
    expect(await open(['409 <= 2'], [409, 409])).toHaveLength(1);
  });
});
