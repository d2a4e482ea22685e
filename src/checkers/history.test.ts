import { describe, expect, it } from 'vitest';
import { HistoryError, pairOperations, toHistory } from './history.js';
import { events } from './history-notation.fixture.js';

describe('pairing events to operations', () => {
  it('makes nothing of nothing', () => {
    expect(pairOperations([])).toEqual([]);
  });

  it('pairs by process and keeps the order of the invocations', () => {
    const operations = pairOperations(
      events(`
        0 1 invoke buy {"buyer":1}
        1 2 invoke buy {"buyer":2}
        5 2 ok buy "ordered"
        9 1 fail buy 40001
      `),
    );
    expect(operations).toMatchObject([
      {
        process: 1,
        input: { buyer: 1 },
        status: 'fail',
        error: { code: '40001' },
        invokeIndex: 0,
        completeIndex: 3,
        invokedNs: 0,
        completedNs: 9,
      },
      { process: 2, status: 'ok', output: 'ordered', invokeIndex: 1, completeIndex: 2, completedNs: 5 },
    ]);
  });

  it('keeps the span at the store of every kind of completion', () => {
    const span = { firstRequestNs: 1, lastAnswerNs: 2, requests: 3 };
    for (const type of ['ok buy "ordered"', 'fail buy 40001', 'info buy timeout']) {
      const [invoke, completion] = events(`0 1 invoke buy\n5 1 ${type}`);
      expect(pairOperations([invoke!, { ...completion!, span } as never])).toMatchObject([{ span }]);
    }
  });

  it('takes an operation without a completion as one that may have happened', () => {
    expect(pairOperations(events('3 1 invoke buy'))).toMatchObject([
      { status: 'info', error: { code: 'unfinished' }, completedNs: Infinity, completeIndex: undefined },
    ]);
  });

  it('lets an info happen at any time after its invocation, though it has a completion', () => {
    expect(pairOperations(events('3 1 invoke buy\n4 1 info buy timeout'))).toMatchObject([
      { status: 'info', error: { code: 'timeout' }, completedNs: Infinity, completeIndex: 1 },
    ]);
  });

  it('gives a note to the operation of its process that is open there', () => {
    const operations = pairOperations(
      events(`
        0 1 read {"stock":9}
        1 1 invoke buy
        2 1 read {"stock":1}
        3 2 invoke buy
        4 2 read {"stock":2}
        5 1 ok buy
        6 1 read {"stock":8}
        7 1 invoke buy
        8 1 write {"stock":3}
      `),
    );
    const notes = operations.map((one) => one.notes.map(({ index, fields }) => [index, fields.stock]));
    expect(notes).toEqual([[[2, 1]], [[4, 2]], [[8, 3]]]);
  });

  it('gives a late note to the operation that timed out before it', () => {
    const [operation] = pairOperations(events('0 1 invoke buy\n1 1 info buy\n2 1 write {"stock":3}'));
    expect(operation?.notes).toMatchObject([{ index: 2 }]);
  });

  it('leaves the notes of a background worker among the events', () => {
    const all = events('0 7 read {"stock":1}\n1 1 invoke buy\n2 7 write {"stock":0}\n3 1 ok buy');
    const history = toHistory({ initial: null, events: all, final: null, openTransactions: [] });
    expect(history.operations.map(({ notes }) => notes)).toEqual([[]]);
    expect(history.events).toHaveLength(4);
  });

  it('names everything that is wrong with a malformed history at once', () => {
    const wrong = events(`
      0 1 ok buy
      1 2 invoke buy
      2 2 invoke buy
      9 3 invoke buy
      4 3 ok sell
      5 4 invoke buy
      6 4 info buy
      7 4 invoke buy
    `);
    let thrown: unknown;
    try {
      pairOperations(wrong);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(HistoryError);
    expect((thrown as HistoryError).problems).toEqual([
      'Event 0: process 1 ends "buy" (ok), which it has not invoked.',
      'Event 2: process 2 invokes "buy" while its "buy" of event 1 is open.',
      'Event 4: process 3 ends "sell", but "buy" of event 3 is open.',
      'Event 4: process 3 ends at 4 ns what it began at 9 ns (event 3).',
      'Event 7: process 4 invokes "buy" after an info; a client goes on as a new process.',
    ]);
  });

  it('refuses a second completion of one operation', () => {
    expect(() => pairOperations(events('0 1 invoke buy\n1 1 ok buy\n2 1 fail buy'))).toThrow(
      'which it has not invoked',
    );
  });
});
