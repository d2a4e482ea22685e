import { describe, expect, it } from 'vitest';
import type { StepWire } from '../core/step.js';
import { Actor } from './actor.js';
import { contestsAmong, waitersAmong, type Woken } from './contests.js';

/** A client that waits in the store for these. */
function waiting(number: number, waitsFor: readonly number[]): Actor {
  const actor = new Actor(number);
  const wire = undefined as unknown as StepWire;
  actor.outstanding.add({
    wire,
    label: 'update',
    connection: 0,
    footprint: { touches: 'unknown' },
    place: 0,
  });
  actor.waitsFor = waitsFor;
  return actor;
}

/** What became of two who waited: 1 for 0, and 2 as the case says. */
function after(
  waitsFor: readonly number[],
  woken: readonly Woken[],
  then: Readonly<Record<number, readonly number[]>> = {},
) {
  const actors = [new Actor(0), waiting(1, [0]), waiting(2, waitsFor)];
  const before = waitersAmong(actors);
  for (const actor of actors) actor.waitsFor = then[actor.number];
  return contestsAmong(before, woken, () => true);
}

const answered = (client: number) => ({ client, failed: false });
const failed = (client: number) => ({ client, failed: true });

describe('clients that waited and went on in one step', () => {
  it('kept to the order of their queue where the first was answered, and the second waits for it', () => {
    expect(after([1], [answered(1)], { 2: [1] })).toEqual([{ first: 1, second: 2, queue: 'kept' }]);
  });

  it('broke it where the first waits for the second now', () => {
    expect(after([1], [answered(2)], { 1: [2] })).toEqual([{ first: 2, second: 1, queue: 'broken' }]);
    // Both wait for somebody else now, in the other order.
    expect(after([1], [], { 1: [2, 3], 2: [3] })).toEqual([{ first: 2, second: 1, queue: 'broken' }]);
  });

  it('are judged by who was answered first where both were', () => {
    expect(after([1], [answered(1), answered(2)])).toMatchObject([{ first: 1, queue: 'kept' }]);
    expect(after([1], [answered(2), answered(1)])).toMatchObject([{ first: 2, queue: 'broken' }]);
  });

  it('stood in no queue where neither waited for the other', () => {
    expect(after([0], [answered(2)], { 1: [2] })).toEqual([{ first: 2, second: 1, queue: 'none' }]);
  });

  it('had nothing to contend for where whoever was answered had failed', () => {
    expect(after([1], [failed(2), answered(1)])).toEqual([]);
    expect(after([1], [failed(1)], { 2: [1] })).toEqual([]);
  });
});
