import { describe, expect, it } from 'vitest';
import { fewAtOnce } from './few-at-once.js';

/** Work that waits until it is told to end, in the order in which it was begun. */
function heldWork() {
  const begun: { item: number; end(): void; fail(error: Error): void }[] = [];
  const work = (item: number) =>
    new Promise<string>((resolve, reject) => {
      begun.push({ item, end: () => resolve(`done ${item}`), fail: reject });
    });
  const turn = () => new Promise(setImmediate);
  return { begun, work, turn, items: () => begun.map(({ item }) => item) };
}

describe('doing few at once', () => {
  it('begins the next when one of the few has ended, and tells the results in the order of the items', async () => {
    const { begun, work, turn, items } = heldWork();
    const all = fewAtOnce(2, [1, 2, 3], work);
    await turn();
    expect(items()).toEqual([1, 2]);
    begun[1]!.end();
    await turn();
    expect(items()).toEqual([1, 2, 3]);
    begun[2]!.end();
    begun[0]!.end();
    expect(await all).toEqual(['done 1', 'done 2', 'done 3']);
  });

  it('begins none after a failure, and tells it when what was begun has ended', async () => {
    const { begun, work, turn, items } = heldWork();
    let told: unknown;
    const all = fewAtOnce(2, [1, 2, 3], work).catch((error: unknown) => (told = error));
    await turn();
    const refused = new Error('refused');
    begun[0]!.fail(refused);
    await turn();
    expect(told).toBeUndefined();
    begun[1]!.end();
    await all;
    expect(told).toBe(refused);
    expect(items()).toEqual([1, 2]);
  });

  it('has nothing to do for nobody', async () => {
    expect(await fewAtOnce(2, [], () => Promise.reject(new Error('there is nobody')))).toEqual([]);
  });
});
