import { expect, it } from 'vitest';
import { DecoyChoice, type Front } from './decoy-choice.js';

/** Bursts of two, let go `apartMs` from each other, whose answers come so far apart behind each front. */
function fronts(bursts: number, answers: Readonly<Record<Front, number>>, apartMs = 0): readonly Front[] {
  const choice = new DecoyChoice();
  return Array.from({ length: bursts }, (_, burst) => {
    const front = choice.next();
    const atMs = burst * 100;
    const told = [choice.released(atMs), choice.released(atMs + apartMs)];
    told.forEach((answered, place) => answered(atMs + 10 + place * answers[front]));
    return front;
  });
}

const plainOf = (all: readonly Front[]) => all.filter((front) => front === 'plain').length;

it('tries both fronts in turn, then prefers the one whose answers come closer together', () => {
  const shared = fronts(70, { decoys: 0.5, plain: 0.125 });
  expect(shared.slice(0, 6)).toEqual(['decoys', 'plain', 'decoys', 'plain', 'decoys', 'plain']);
  expect(plainOf(shared.slice(6))).toBe(56);
  const single = fronts(70, { decoys: 0.0625, plain: 0.125 });
  expect(plainOf(single.slice(6))).toBe(8);
});

it('takes decoys where nothing speaks for either', () => {
  expect(plainOf(fronts(70, { decoys: 0.1, plain: 0.125 }).slice(6))).toBe(8);
});

it('learns nothing from requests that were not let go together, and goes on in turn', () => {
  expect(plainOf(fronts(70, { decoys: 0.5, plain: 0.125 }, 3))).toBe(35);
});

it('learns nothing from a burst of which a request was not answered, or a single one', () => {
  for (const answersOf of [() => [10], () => []]) {
    const choice = new DecoyChoice();
    const all = Array.from({ length: 40 }, () => {
      const front = choice.next();
      const told = [choice.released(0), choice.released(0)];
      answersOf().forEach((atMs, place) => told[place]!(atMs));
      return front;
    });
    expect(plainOf(all)).toBe(20);
  }
});

it('changes its mind when the server does', () => {
  const choice = new DecoyChoice();
  const burst = (spreadMs: Readonly<Record<Front, number>>) => {
    const front = choice.next();
    const told = [choice.released(0), choice.released(0)];
    told.forEach((answered, place) => answered(10 + place * spreadMs[front]));
    return front;
  };
  for (let count = 0; count < 70; count += 1) burst({ decoys: 0.1, plain: 0.5 });
  const later = Array.from({ length: 140 }, () => burst({ decoys: 0.9, plain: 0.3 }));
  expect(plainOf(later.slice(-32))).toBe(28);
});
