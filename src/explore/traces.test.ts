import { describe, expect, it } from 'vitest';
import type { Transition } from './execution.js';
import { Traces } from './traces.js';

function step(client: number, label: string, ...content: readonly string[]): Transition {
  return {
    ...{ client, label, kind: 'request', footprints: [], waits: false, enables: [] },
    answered: [{ client, label: content.join(), digest: content.join(), content }],
  };
}

/** A schedule whose sequences stand at these numbers. */
const schedule = (order: number, item: number, stock = 1, client = 0): readonly Transition[] => [
  step(client, 'select stock from product where id = 1', `row [${stock}]`),
  step(client, 'insert into orders (buyer) values (7) returning id', 'columns id:23', `row ["${order}"]`),
  step(client, `insert into item values (${order}) returning id`, 'columns id:23', `row ["${item}"]`),
];

describe('traces', () => {
  it('take ids for what differs between two runs of one schedule, and nothing else', () => {
    const traces = new Traces();
    traces.learn(schedule(1, 1), schedule(2, 3));
    expect(traces.canonical(schedule(8, 9))).toEqual(traces.canonical(schedule(40, 41)));
    // Also where an id happens to be a number that stands elsewhere.
    expect(traces.canonical(schedule(23, 23))).toEqual(traces.canonical(schedule(8, 9)));
    expect(traces.canonical(schedule(8, 9, 0))).not.toEqual(traces.canonical(schedule(8, 9, 1)));
    const [before, again] = [schedule(5, 5)[0]!, schedule(6, 7, 0)[0]!];
    expect(traces.isSame(before, schedule(9, 9)[0]!)).toBe(true);
    expect(traces.isSame(before, again)).toBe(false);
  });

  it('take what one client taught for another one too', () => {
    const traces = new Traces();
    traces.learn(schedule(1, 1), schedule(2, 3));
    expect(traces.canonical(schedule(23, 9, 1, 1))).toEqual(traces.canonical(schedule(8, 9, 1, 1)));
  });

  it('say where two runs of one schedule part', () => {
    const shorter = schedule(1, 1).slice(0, 2);
    expect(() => new Traces().learn(schedule(1, 1), shorter)).toThrow('at step 3 client 0: insert into item');
  });

  it('compare rows in no order', () => {
    const traces = new Traces();
    const rows = (...content: readonly string[]) => step(0, 'select id from orders', ...content);
    expect(traces.isSame(rows('row ["a"]', 'row ["b"]'), rows('row ["b"]', 'row ["a"]'))).toBe(true);
  });
});
