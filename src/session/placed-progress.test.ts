import { expect, it } from 'vitest';
import { placed, placeOf } from './placed-progress.js';

it('numbers the targets, in one line each where there was no time for them', () => {
  const lines: string[] = [];
  const told = placed(
    {
      targetStarted: (id) => lines.push(`${id} begins`),
      targetDone: (id, words) => lines.push(`${id}: ${words}`),
      trialDone: () => undefined,
      note: () => undefined,
    },
    placeOf(3),
    'seats ',
  )!;
  told.targetStarted('a', 'named', 5);
  told.targetDone('a', 'holds');
  told.targetDone('b', 'inconclusive, no time for it');
  told.targetStarted('c', 'named', 5);
  told.targetDone('c', 'violated');
  expect(lines).toEqual([
    ...['1/3 seats a begins', 'seats a: holds'],
    '2/3 seats b: inconclusive, no time for it',
    ...['3/3 seats c begins', 'seats c: violated'],
  ]);
});
