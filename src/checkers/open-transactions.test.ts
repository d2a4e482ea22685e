import { expect, it } from 'vitest';
import type { OpenTransaction } from '../core/history.js';
import { toHistory } from './history.js';
import { events } from './history-notation.fixture.js';
import { openTransactions } from './open-transactions.js';

function check(notation: string, open: readonly number[]) {
  const sessions = open.map((process): OpenTransaction => ({
    client: process,
    process,
    state: 'idle in transaction',
    lastStatement: 'select 1',
  }));
  return openTransactions().check(
    toHistory({ initial: null, events: events(notation), final: null, openTransactions: sessions }),
  );
}

it('says nothing when no session holds a transaction', () => {
  expect(check('0 1 invoke buy\n1 1 ok buy', [])).toEqual([]);
});

it('finds a session that still holds one after an answer or a certain failure', () => {
  expect(check('0 1 invoke buy\n0 2 invoke buy\n1 1 ok buy\n2 2 fail buy', [1, 2])).toMatchObject([
    { anomaly: 'transaction-left-open', grade: 'violation', witness: [0, 2] },
    { anomaly: 'transaction-left-open', witness: [1, 3] },
  ]);
});

it('says nothing of an operation that has not answered and may rightly be inside one', () => {
  expect(check('0 1 invoke buy\n1 1 info buy', [1])).toEqual([]);
  expect(check('0 1 invoke buy', [1])).toEqual([]);
});

it('finds it on a worker that never invoked anything', () => {
  expect(check('0 1 invoke buy\n1 1 ok buy', [7])).toMatchObject([{ witness: [] }]);
});
