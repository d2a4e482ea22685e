import { describe, expect, it } from 'vitest';
import { toHistory } from '../../src/checkers/history.js';
import { events } from '../../src/checkers/history-notation.fixture.js';
import { runCheckers } from '../../src/checkers/run-checkers.js';
import { ANOMALIES } from '../../src/core/anomaly.js';
import type { History } from '../../src/core/history.js';
import { checkoutCheckers } from './checkers.js';
import type { Checkout, CheckoutFinal } from './contract.js';
import crashedBuyer from './crashed-buyer.js';
import { insufficientStock } from './refusal.js';
import { tally } from './tally.js';

const PHONE = 'Flash Sale Smartphone';
const cart = '"cart":[{"productId":1,"quantity":1}]';
const ordered = '{"result":"ordered"}';
const order = (buyer: number) => ({ id: buyer, buyer, items: [{ productId: 1, quantity: 1 }] });

function history(
  notation: string,
  left: number,
  orders: CheckoutFinal['orders'],
  stock = 1,
): History<Checkout> {
  return toHistory<Checkout>({
    initial: { products: [{ id: 1, name: PHONE, stock }] },
    events: events(notation),
    final: { products: [{ id: 1, name: PHONE, stock: left }], orders },
    openTransactions: [],
  });
}

function anomalies(judged: History<Checkout>): string[] {
  const { findings, crashed } = runCheckers(checkoutCheckers, judged);
  expect(crashed).toEqual([]);
  return findings.map(({ anomaly }) => anomaly);
}

const refusedRightly = (message = insufficientStock(PHONE, 0, 1).message) => `
  0 4 invoke checkout {"buyer":4,${cart}}
  1 9 invoke checkout {"buyer":9,${cart}}
  2 4 ok checkout ${ordered}
  3 9 ok checkout ${JSON.stringify({ ...insufficientStock(PHONE, 0, 1), message })}
`;

describe('a history of checkouts', () => {
  it('has no finding where everything is right', () => {
    const right = history(refusedRightly(), 0, [order(4)]);
    expect(anomalies(right)).toEqual([]);
    expect(tally(right)).toEqual({ ordered: 1, refused: 1, left: 0 });
  });

  it('may be without any operation', () => {
    expect(anomalies(history('', 1, []))).toEqual([]);
  });

  it('shows the race of two buyers who read the same stock, with their events as the witness', () => {
    const lost = history(
      `
        0 4 invoke checkout {"buyer":4,${cart}}
        1 9 invoke checkout {"buyer":9,${cart}}
        2 4 read {"product":1,"stock":1}
        3 9 read {"product":1,"stock":1}
        4 4 write {"product":1,"stock":0}
        5 9 write {"product":1,"stock":0}
        6 4 ok checkout ${ordered}
        7 9 ok checkout ${ordered}
      `,
      0,
      [order(4), order(9)],
    );
    expect(runCheckers(checkoutCheckers, lost).findings).toMatchObject([
      {
        anomaly: 'oversold',
        message: '2 orders for 1 unit. Lost update: buyers 4 and 9 both read stock = 1 and both wrote 0.',
        witness: [0, 1, 6, 7],
      },
      { anomaly: 'lost-update', witness: [0, 1, 2, 3, 4, 5, 6, 7] },
    ]);
  });

  it('reaches the same verdict without notes', () => {
    const lost = history(
      `
        0 4 invoke checkout {"buyer":4,${cart}}
        1 9 invoke checkout {"buyer":9,${cart}}
        6 4 ok checkout ${ordered}
        7 9 ok checkout ${ordered}
      `,
      0,
      [order(4), order(9)],
    );
    expect(anomalies(lost)).toEqual(['oversold', 'stock-not-conserved']);
  });

  it('allows a timed-out checkout to have happened or not', () => {
    const timedOut = `0 4 invoke checkout {"buyer":4,${cart}}\n9 4 info checkout timeout`;
    expect(anomalies(history(timedOut, 0, [order(4)]))).toEqual([]);
    expect(anomalies(history(timedOut, 1, []))).toEqual([]);
    expect(tally(history(timedOut, 1, []))).toEqual({ ordered: 0, refused: 0, left: 1 });
  });

  it('judges the numbers in the words of a refusal, and no other words', () => {
    const wrong = insufficientStock(PHONE, 1, 2).message;
    expect(anomalies(history(refusedRightly(wrong), 0, [order(4)]))).toEqual(['false-refusal']);
    expect(anomalies(history(refusedRightly('Ausverkauft'), 0, [order(4)]))).toEqual([]);
  });

  it('has the copy of the stock in another store compared with it, as lenient as the moment of the copy allows', () => {
    const right = history(refusedRightly(), 0, [order(4)]);
    const copied = (stock: number, settled: boolean) => ({
      ...right,
      final: { ...right.final, copy: { products: [{ id: 1, stock }], settled } },
    });
    expect(anomalies(copied(1, false))).toEqual(['copy-behind']);
    expect(anomalies(copied(1, true))).toEqual(['copy-diverged']);
    expect(anomalies(copied(0, true))).toEqual([]);
  });

  it('cannot be judged where one buyer attempts twice: every checker says so and none says it is right', () => {
    const twice = `0 4 invoke checkout {"buyer":4,${cart}}\n1 5 invoke checkout {"buyer":4,${cart}}`;
    const { findings, crashed } = runCheckers(checkoutCheckers, history(twice, 1, []));
    expect(findings).toEqual([]);
    expect(crashed[0]).toContain('Buyer 4 attempts twice in one trial');
  });
});

describe('a buyer who dies', () => {
  const died = `
    0 4 invoke checkout {"buyer":4,${cart}}
    1 9 invoke checkout {"buyer":9,${cart}}
    2 4 info checkout crashed
    3 9 ok checkout ${ordered}
  `;

  it('after the units were taken and before the order was stored has lost them', () => {
    const lost = history(died, 1, [order(9)], 3);
    expect(anomalies(lost)).toEqual(['stock-not-conserved']);
    expect(crashedBuyer.tally(lost)).toEqual({ ordered: 1, refused: 0, left: 1, lost: 1 });
  });

  it('may have ordered or not', () => {
    const ordering = history(died, 1, [order(4), order(9)], 3);
    const idle = history(died, 2, [order(9)], 3);
    for (const whole of [ordering, idle]) {
      expect(anomalies(whole)).toEqual([]);
      expect(crashedBuyer.tally(whole)).toMatchObject({ ordered: 1, lost: 0 });
    }
  });

  it('has lost nothing where a lost update left too much', () => {
    expect(crashedBuyer.tally(history(died, 3, [order(9)], 3))).toMatchObject({ lost: 0 });
  });
});

it('names only anomalies that have a definition and a source', () => {
  const named = checkoutCheckers.flatMap((checker) => checker.anomalies);
  expect(named.filter((anomaly) => !(anomaly in ANOMALIES))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});
