import { expect, it } from 'vitest';
import { ProcessNumbers } from './process-numbers.js';

it('gives no client a process number that it, another client or a worker has had', () => {
  const numbers = new ProcessNumbers(3);
  numbers.workers = 2;
  expect([0, 1, 2].map((client) => numbers.next(client))).toEqual([0, 1, 2]);
  const error = { code: 'timeout', message: '' };
  numbers.remember([
    { type: 'info', timeNs: 0, client: 0, process: 0, f: 'draw', error },
    { type: 'invoke', timeNs: 1, client: 0, process: 5, f: 'draw', value: null },
    { type: 'ok', timeNs: 2, client: 1, process: 1, f: 'draw', value: null },
  ]);
  expect([0, 1, 2].map((client) => numbers.next(client))).toEqual([10, 6, 2]);
  expect([numbers.take(0), numbers.take(0), numbers.next(0)]).toEqual([10, 15, 20]);
});
