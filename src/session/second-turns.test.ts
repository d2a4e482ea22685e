import { expect, it } from 'vitest';
import { raceCheck } from '../index.js';
import type { RanTarget } from './compose-report.js';
import { further } from './second-turns.js';
import { atomic, drawer, drawing, naive } from './tickets.fixture.js';

const SLOW_MS = 700;
/** Enough for all trials of all of them, but not before the others have shown how little they need. */
const BUDGET_MS = 6_000;

it('gives who had too little time a second turn, out of what the others left', async () => {
  let begun = 0;
  const slow = drawer('slow', async (state, context, by) => {
    if (by === 0) begun += 1;
    await context.sleep(SLOW_MS);
    return state.next++;
  });
  const quick = Array.from({ length: 6 }, (_, place) => ({ ...atomic, id: `memory/quick-${place}` }));
  const started: string[] = [];
  const report = await raceCheck({
    ...{ scenario: drawing, targets: [slow, naive, ...quick], command: 'compare', start: 'simultaneous' },
    ...{ seed: 'second turns', trials: 5, budgetMs: BUDGET_MS },
    progress: {
      targetStarted: (id) => started.push(id),
      trialDone: () => undefined,
      targetDone: () => undefined,
      note: () => undefined,
    },
  });
  const [row] = report.targets;
  expect(row).toMatchObject({ id: 'memory/slow', verdict: 'holds' });
  expect(started.filter((id) => id.includes('memory/slow'))).toEqual([
    '1/8 memory/slow',
    'once more: memory/slow',
  ]);
  // Some in its first turn, and then from the beginning.
  expect(begun).toBeGreaterThan(row?.outcome === 'judged' ? row.trials.run : Infinity);
});

it.each([
  { first: ['inconclusive', 4], second: ['violated', 1], kept: 'second' },
  { first: ['inconclusive', 4], second: ['holds', 5], kept: 'second' },
  { first: ['inconclusive', 4], second: ['inconclusive', 3], kept: 'first' },
  { first: ['inconclusive', 3], second: ['inconclusive', 4], kept: 'second' },
] as const)('keeps what was judged, else whichever turn had more trials: $second after $first', (turns) => {
  const [first, second] = [turns.first, turns.second].map(([verdict, run]) => ({
    result: { kind: 'judged', judgement: { verdict, trials: { run } } },
    time: { shareMs: 1, usedMs: 2 },
  })) as unknown as [RanTarget, RanTarget];
  const { result } = turns.kept === 'first' ? first : second;
  expect(further(first, second)).toMatchObject({ result, time: { shareMs: 2, usedMs: 4 } });
});
