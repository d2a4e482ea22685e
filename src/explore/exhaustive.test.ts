import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../core/random.js';
import { searchAll, type SearchResult } from './exhaustive.js';
import { Model, type ModelStep } from './model.fixture.js';

const read = (of: string): ModelStep => ({ do: 'read', of });
const write = (of: string): ModelStep => ({ do: 'write', of });
const lock = (of: string): ModelStep => ({ do: 'lock', of });
const unlock = (of: string): ModelStep => ({ do: 'unlock', of });

async function ends(clients: readonly (readonly ModelStep[])[], reduce: boolean, preemptions?: number) {
  const found = new Set<string>();
  const result = await searchAll(
    new Model(clients),
    { reduce, preemptions, isUp: () => false },
    ({ result: end }) => found.add(JSON.stringify(end)),
  );
  return { result, found: [...found].sort() };
}

async function numbers(clients: readonly (readonly ModelStep[])[]): Promise<Partial<SearchResult>> {
  const { schedules, standFor, redundant } = (await ends(clients, true)).result;
  return { schedules, standFor, redundant };
}

describe('an exhaustive search', () => {
  it('runs every interleaving once where nothing is left out', async () => {
    const { result } = await ends(
      [
        [read('x'), write('x')],
        [read('x'), write('x')],
      ],
      false,
    );
    expect(result).toMatchObject({ schedules: 6, standFor: 6n, cut: undefined });
    const three = await ends(
      [
        [read('x'), write('x')],
        [read('x'), write('x')],
        [read('y'), write('y')],
      ],
      false,
    );
    expect(three.result.schedules).toBe(90);
  });

  it('runs one schedule where nothing depends on anything, and knows for how many it stands', async () => {
    const apart = ['x', 'y', 'z'].map((of) => [write(of), write(of), write(of)]);
    expect(await numbers(apart)).toEqual({ schedules: 1, standFor: 1680n, redundant: 0 });
  });

  it('runs one schedule of each class of equivalent ones', async () => {
    // Two who read and write one variable: the reads commute, so that 6 interleavings fall into 4 classes.
    const both = [
      [read('x'), write('x')],
      [read('x'), write('x')],
    ];
    expect(await numbers(both)).toEqual({ schedules: 4, standFor: 6n, redundant: 0 });
    // The example of the paper: one writes, two read it, and something of their own each.
    const readers = [[write('x')], [read('y'), read('x')], [read('z'), read('x')]];
    expect(await numbers(readers)).toMatchObject({ schedules: 4, standFor: 30n });
  });

  it('finds what waits for a lock, and the deadlock of two who take them in opposite orders', async () => {
    const opposite = [
      [lock('a'), lock('b'), unlock('b'), unlock('a')],
      [lock('b'), lock('a'), unlock('a'), unlock('b')],
    ];
    const all = await ends(opposite, false);
    const reduced = await ends(opposite, true);
    expect(all.found.some((end) => end.includes('"deadlock":true'))).toBe(true);
    expect(reduced.found).toEqual(all.found);
    expect(reduced.result.schedules).toBeLessThan(all.result.schedules);
    expect(reduced.result.standFor).toBe(BigInt(all.result.schedules));
  });

  it('says that it was cut, and claims nothing then', async () => {
    const clients = [
      [read('x'), write('x')],
      [read('x'), write('x')],
    ];
    const few = await searchAll(
      new Model(clients),
      { reduce: false, maxSchedules: 3, isUp: () => false },
      () => undefined,
    );
    expect(few).toMatchObject({ schedules: 3, cut: 'after 3 schedules', standFor: undefined });
    const { result } = await ends(clients, false, 0);
    expect(result).toMatchObject({ schedules: 2, cut: undefined, standFor: undefined });
    expect(result.preemptionsCut).toBeGreaterThan(0);
  });

  it('reaches the same where the store lets a client go before one that has waited longer, by luck', async () => {
    const clients = [
      [read('x'), lock('a'), write('x'), unlock('a')],
      [lock('a'), read('x'), write('x'), unlock('a')],
      [lock('a'), write('x'), unlock('a'), read('x')],
    ];
    const kept = await ends(clients, true);
    expect(kept.result).toMatchObject({ repeated: 0, contestsCut: 0 });
    for (let luck = 0; luck < 10; luck += 1) {
      const random = seededRandom(`luck ${luck}`);
      const found = new Set<string>();
      const result = await searchAll(
        new Model(clients, () => random() < 0.2),
        { reduce: true, isUp: () => false },
        ({ result: end }) => found.add(JSON.stringify(end)),
      );
      expect([...found].sort()).toEqual(kept.found);
      expect(result).toMatchObject({ standFor: kept.result.standFor, contestsCut: 0 });
      expect(result.repeated).toBeGreaterThan(0);
    }
  });

  it('waits for luck to pass that lasts for many times in a row', async () => {
    const clients = ['a', 'b', 'c'].map(() => [lock('a'), write('x'), unlock('a')]);
    const kept = await ends(clients, true);
    let asked = 0;
    const result = await searchAll(
      new Model(clients, () => (asked += 1) % 13 !== 0),
      { reduce: true, isUp: () => false },
      () => undefined,
    );
    expect(result).toMatchObject({ standFor: kept.result.standFor, contestsCut: 0 });
  });

  it('does not take what the store always does otherwise for what it could do', async () => {
    const clients = ['a', 'b', 'c'].map(() => [lock('a'), write('x'), unlock('a')]);
    const result = await searchAll(
      new Model(clients, () => true),
      { reduce: true, isUp: () => false },
      () => undefined,
    );
    expect(result.contestsCut).toBeGreaterThan(0);
  });

  it('reaches with reduction what it reaches without, and stands for as many schedules', async () => {
    const step = fc.record({
      do: fc.constantFrom('read' as const, 'write' as const, 'add' as const),
      of: fc.constantFrom('x', 'y'),
    });
    const locked = fc
      .tuple(fc.constantFrom('a', 'b'), fc.array(step, { maxLength: 2 }))
      .map(([of, inside]) => [lock(of), ...inside, unlock(of)]);
    const client = fc.oneof(
      fc.array(step, { minLength: 1, maxLength: 3 }),
      locked,
      fc.tuple(locked, locked).map(([one]) => one),
      fc
        .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('a', 'b'))
        .map(([one, other]) =>
          one === other ? [lock(one), unlock(one)] : [lock(one), lock(other), unlock(other), unlock(one)],
        ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(client, { minLength: 2, maxLength: 3 }), async (clients) => {
        const all = await ends(clients, false);
        const reduced = await ends(clients, true);
        expect(reduced.found).toEqual(all.found);
        expect(reduced.result.standFor).toBe(BigInt(all.result.schedules));
      }),
      { numRuns: 40 },
    );
  });
});
