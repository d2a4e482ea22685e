import { describe, expect, it } from 'vitest';
import { toHistory } from '../../src/checkers/history.js';
import { events } from '../../src/checkers/history-notation.fixture.js';
import { runCheckers } from '../../src/checkers/run-checkers.js';
import { ANOMALIES } from '../../src/core/anomaly.js';
import type { History, HistoryEvent } from '../../src/core/history.js';
import { withDefaults, type Attempt, type Parameters, type Scenario } from '../../src/core/scenario.js';
import { orderCheckers } from './checkers.js';
import type { Orders, OrdersFinal, OrdersInitial } from './contract.js';
import discountedOrders from './discounted-orders.js';
import oppositeLocks from './opposite-locks.js';
import orderSet from './order-set.js';
import orderUpdate from './order-update.js';
import sharedThenExclusive from './shared-then-exclusive.js';
import stalledTransaction from './stalled-transaction.js';
import { tallyOf } from './tally.js';

const SCENARIOS = [
  orderUpdate,
  orderSet,
  discountedOrders,
  oppositeLocks,
  sharedThenExclusive,
  stalledTransaction,
] as unknown as readonly Scenario<Orders>[];

/** What everything is at one moment. */
interface State {
  readonly totals: Map<number, number>;
  readonly used: Map<string, number>;
  readonly customers: string[];
  readonly placed: OrdersFinal['placed'];
}

function stateOf({ orders, discounts }: OrdersInitial): State {
  return {
    totals: new Map(orders.map(({ id, total }) => [id, total])),
    used: new Map(discounts.map(({ id }) => [id, 0])),
    customers: [],
    placed: [],
  };
}

/** Does an attempt as it should be done: reads from one state, writes to another. */
function done({ f, input }: Attempt<Orders>, seen: State, state: State, initial: OrdersInitial) {
  const total = (order: number) => seen.totals.get(order)!;
  switch (f) {
    case 'addToTotal':
      state.totals.set(input.order, total(input.order) + input.amount);
      return { result: 'updated', previous: total(input.order) };
    case 'setTotal': {
      const previous = total(input.order);
      state.totals.set(input.order, input.total);
      return { result: 'updated', previous };
    }
    case 'lockBoth': {
      const answer = {
        result: 'moved',
        previousFirst: total(input.first),
        previousSecond: total(input.second),
      };
      state.totals.set(input.first, answer.previousFirst - input.amount);
      state.totals.set(input.second, answer.previousSecond + input.amount);
      return answer;
    }
    case 'readTotals':
      return { result: 'read', totals: input.orders.map(total) };
    case 'createOrder': {
      const { limit } = initial.discounts.find(({ id }) => id === input.discount)!;
      const used = seen.used.get(input.discount)!;
      if (used >= limit) return { result: 'discount-used-up' };
      if (!seen.customers.includes(input.customer)) state.customers.push(input.customer);
      state.used.set(input.discount, used + 1);
      state.placed.push(input);
      return { result: 'created' };
    }
  }
}

/** A trial in which all attempts are made one after the other, or in which all read before any writes. */
function play(scenario: Scenario<Orders>, parameters: Parameters, allReadFirst: boolean): History<Orders> {
  const initial = scenario.initial(parameters);
  const first = stateOf(initial);
  const state = stateOf(initial);
  const all: HistoryEvent[] = [];
  scenario
    .attempts(parameters, () => 0.5)
    .forEach((attempt, client) => {
      const at = { process: client, client, f: attempt.f };
      const invokedNs = allReadFirst ? 0 : 2 * client;
      const seen = allReadFirst ? first : structuredClone(state);
      const before = seen.totals.get(1);
      const value = done(attempt, seen, state, initial);
      if (allReadFirst && before !== undefined) expect(first.totals.get(1)).toBe(before);
      all.push({ ...at, type: 'invoke', timeNs: invokedNs, value: attempt.input });
      all.push({ ...at, type: 'ok', timeNs: 2 * client + 1, value });
    });
  const final: OrdersFinal = {
    orders: [...state.totals].map(([id, total]) => ({ id, total })),
    discounts: [...state.used].map(([id, used]) => ({ id, used })),
    customers: state.customers.map((name) => ({ name })),
    placed: state.placed,
    locks: [],
  };
  expect(scenario.contract.final?.safeParse(final).success).toBe(true);
  return toHistory<Orders>({ initial, events: all, final, openTransactions: [] });
}

function anomaliesOf(history: History<Orders>): string[] {
  const { findings, crashed } = runCheckers(orderCheckers, history);
  expect(crashed).toEqual([]);
  return findings.map(({ anomaly }) => anomaly);
}

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  'the scenario %s',
  (_, scenario) => {
    it.each([{}, { clients: 7 }, scenario.small])(
      'ends as it expects where clients go one after the other, with %o',
      (given) => {
        const parameters = withDefaults(scenario.parameters, given);
        const history = play(scenario, parameters, false);
        expect(runCheckers(scenario.checkers, history)).toEqual({ findings: [], crashed: [] });
        expect(scenario.tally(history)).toMatchObject(scenario.expected(parameters));
      },
    );

    it('is violated where all read before any writes', () => {
      expect(anomaliesOf(play(scenario, withDefaults(scenario.parameters, {}), true))).not.toEqual([]);
    });

    it('waits no longer than it says', () => {
      const parameters = withDefaults(scenario.parameters, {});
      const afterMs = scenario.attempts(parameters, () => 0.5).map((attempt) => attempt.afterMs ?? 0);
      const stallsMs = (scenario.faults?.(parameters, 0) ?? []).map((fault) =>
        fault.kind === 'stall' ? fault.forMs : 0,
      );
      expect(scenario.slowestMs?.(parameters)).toBeGreaterThanOrEqual(Math.max(0, ...stallsMs));
      expect(Math.max(...afterMs)).toBeLessThanOrEqual(Math.max(0, ...stallsMs));
    });
  },
);

it('keeps retry, limit and expiry in their classic proportions', () => {
  const at = (expiryMs: number) => withDefaults(stalledTransaction.parameters, { expiryMs });
  expect(at(600)).toMatchObject({ retryMs: 2 });
  expect(at(30_000)).toMatchObject({ retryMs: 100, limitMs: 10_000 });
});

it('looks at a lock no less often where there is more time for it', () => {
  const unhurried = [orderUpdate, orderSet, oppositeLocks, sharedThenExclusive];
  const all = unhurried.map(({ parameters }) => withDefaults(parameters, {}));
  expect(all.map(({ retryMs }) => retryMs)).toEqual([2, 2, 2, 2]);
  // Only where locks as documents end in a deadlock somebody waits for as long as that.
  expect(all.map(({ limitMs }) => limitMs)).toEqual([6_000, 6_000, 2_000, 2_000]);
});

it('leaves room for the last of those who change one order in turn, where a store takes 100 ms for a request', () => {
  const { clients, limitMs, decideMs } = withDefaults(sharedThenExclusive.parameters, {}) as Record<
    string,
    number
  >;
  // Under the lock: the look, the read, the write, a change of phase, the release; and the lock itself.
  const heldMs = decideMs! + 6 * 100;
  expect((clients! - 1) * heldMs).toBeLessThan(limitMs!);
});

it('expects 650 of 500, +100 and +50, and no total of 500 that is set to 600 and 550', () => {
  expect(orderUpdate.expected(withDefaults(orderUpdate.parameters, {}) as never)).toEqual({
    updated: 2,
    total: 650,
  });
  expect(orderSet.expected(withDefaults(orderSet.parameters, {}) as never)).toEqual({ updated: 2 });
});

describe('numbers that do not fit together', () => {
  it('are totals that are the same, since what was replaced would not say who was', () => {
    const parameters = withDefaults(orderSet.parameters, { first: 500 });
    expect(orderSet.problems?.(parameters as never)).toHaveLength(1);
  });

  it('are a stall that ends before the lock expires, and a limit that ends before the stall does', () => {
    const problems = (given: Parameters) =>
      stalledTransaction.problems?.(withDefaults(stalledTransaction.parameters, given) as never);
    expect(problems({ stallMs: 500 })).toHaveLength(1);
    expect(problems({ stallMs: 6_000 })).toHaveLength(1);
    expect(problems({})).toEqual([]);
  });

  it('are stalled at each point in turn, the most dangerous first', () => {
    const parameters = withDefaults(stalledTransaction.parameters, {}) as never;
    const points = [0, 1, 2, 3, 4].map((trial) => stalledTransaction.faults?.(parameters, trial)[0]?.point);
    expect(points).toEqual(['checked', 'locked', 'written', 'before-release', 'checked']);
  });
});

describe('the checkers of orders', () => {
  const order = '"customer":"Ann","discount":"D1","items":[{"product":"Cake","quantity":2}]';
  const placed = (reference: number) => ({
    ...{ reference, customer: 'Ann', discount: 'D1' },
    items: [{ product: 'Cake', quantity: 2 }],
  });
  const judged = (notation: string, final: Partial<OrdersFinal>) =>
    toHistory<Orders>({
      initial: { orders: [], discounts: [{ id: 'D1', limit: 1 }], lockLimitMs: 200 },
      events: events(notation),
      final: { orders: [], discounts: [], customers: [], placed: [], locks: [], ...final },
      openTransactions: [],
    });

  it('name only anomalies that have a definition and a source', () => {
    const named = orderCheckers.flatMap((checker) => checker.anomalies);
    expect(named.filter((anomaly) => !(anomaly in ANOMALIES))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  it('find a discount that was used beyond its limit', () => {
    const twice = judged(
      `0 0 invoke createOrder {"reference":0,${order}}
      1 1 invoke createOrder {"reference":1,${order}}
      2 0 ok createOrder {"result":"created"}
      3 1 ok createOrder {"result":"created"}`,
      { discounts: [{ id: 'D1', used: 2 }], customers: [{ name: 'Ann' }], placed: [placed(0), placed(1)] },
    );
    expect(anomaliesOf(twice)).toEqual(['discount-overused']);
    expect(tallyOf('created', 'refused', 'customers', 'used')(twice)).toEqual({
      ...{ created: 2, refused: 0, customers: 1, used: 2 },
    });
  });

  it('find an order that is missing, half, or another than was asked for', () => {
    const once = `0 0 invoke createOrder {"reference":0,${order}}\n1 0 ok createOrder {"result":"created"}`;
    const used = { discounts: [{ id: 'D1', used: 1 }], customers: [{ name: 'Ann' }] };
    expect(anomaliesOf(judged(once, { ...used, placed: [placed(0)] }))).toEqual([]);
    expect(anomaliesOf(judged(once, { ...used, placed: [] }))).toEqual(['usage-miscounted', 'order-missing']);
    const other = { ...placed(0), items: [{ product: 'Pie', quantity: 2 }] };
    expect(anomaliesOf(judged(once, { ...used, placed: [other] }))).toEqual(['order-partial']);
    const without = { ...placed(0), discount: 'D2' };
    expect(anomaliesOf(judged(once, { ...used, placed: [without] }))).toEqual([
      ...['usage-miscounted', 'discount-overused', 'order-partial'],
    ]);
  });

  it.each([
    [400, 3_300, 3_500],
    [2_000, 7_900, 8_100],
    [10_000, 19_900, 20_100],
  ])('let a machine stand still for a while before they find a wait beyond %s ms', (limit, short, long) => {
    const waited = (ms: number) =>
      toHistory<Orders>({
        initial: { orders: [], discounts: [], lockLimitMs: limit },
        events: events(`
          0 0 invoke readTotals {"orders":[]}
          1 0 lock-requested {"key":"order:1"}
          ${ms * 1e6} 0 fail readTotals {"code":"lock-timeout","message":"no lock"}`),
        final: { orders: [], discounts: [], customers: [], placed: [], locks: [] },
        openTransactions: [],
      });
    expect(anomaliesOf(waited(short))).toEqual([]);
    expect(anomaliesOf(waited(long))).toEqual(['waited-beyond-limit']);
  });

  it('find a lock that is left, two holders of one lock, and a wait beyond the limit', () => {
    const changed = `
      0 0 invoke readTotals {"orders":[]}
      1 1 invoke readTotals {"orders":[]}
      2 0 lock-requested {"key":"order:1"}
      3 0 lock-acquired {"key":"order:1","mode":"shared"}
      4 1 lock-requested {"key":"order:1"}
      5000000000 1 lock-acquired {"key":"order:1","mode":"exclusive"}
      5000000001 0 lock-released {"key":"order:1"}
      5000000002 1 lock-released {"key":"order:1"}
      5000000003 0 ok readTotals {"result":"read","totals":[]}
      5000000004 1 ok readTotals {"result":"read","totals":[]}`;
    const discounts = [{ id: 'D1', used: 0 }];
    const locks = [{ key: 'order:1', process: 0, lapses: true }];
    expect(anomaliesOf(judged(changed, { discounts, locks }))).toEqual([
      ...['two-holders', 'lock-left-behind', 'waited-beyond-limit'],
    ]);
  });
});
