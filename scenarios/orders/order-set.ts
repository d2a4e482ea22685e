import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { HELD_LIMIT_MS } from '../held-limit.js';
import { orderCheckers } from './checkers.js';
import { orders, type Orders } from './contract.js';
import {
  amountParameter,
  clientsParameter,
  ordersOf,
  UNHURRIED,
  WAITING,
  type Waiting,
} from './parameters.js';
import { tallyOf } from './tally.js';

type OrderSet = Waiting & {
  readonly clients: number;
  readonly total: number;
  readonly first: number;
  readonly second: number;
};

/** Different ones, so that what was replaced says who was replaced; clients beyond the second set ever more than the first. */
function totalsOf({ clients, first, second }: OrderSet): number[] {
  const step = Math.abs(first - second) || 1;
  return Array.from({ length: clients }, (_, client) => (client === 1 ? second : first + client * step));
}

/**
 * Two members of staff set the total of one order: 500 becomes 600, and 550.
 *
 * What the order holds in the end says nothing. One after the other, the last one wins, and it is 600 or 550; both at once, the
 * last one wins, and it is 600 or 550. So nothing can be concluded from it, neither that an update was lost nor that none
 * was, and no final total is expected here. What differs is what the second one replaced: 600, seen and overruled; or 500,
 * as if nobody had been there. That is in the answers, and there it can be judged: two changes that both replaced the one
 * 500 are a lost update, whatever the total is. Nor can it be concluded who should have won: in no way did the order promise
 * that the first to ask is the first to be served.
 */
const orderSet: Scenario<Orders, OrderSet> = {
  name: 'order-set',
  contract: orders,
  summary: 'Several clients set the total of one order at once; the final total alone proves nothing.',
  describe: (parameters) =>
    `1 order of ${grouped(parameters.total)}, ${counted(parameters.clients, 'client')} set it to ${totalsOf({
      ...parameters,
      clients: 2,
    })
      .map(grouped)
      .join(' or ')}${parameters.clients > 2 ? ', ...' : ''} (the final total proves nothing)`,
  source:
    'Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995: P4 is in what was read, a blind write alone loses nothing',
  parameters: {
    clients: clientsParameter(2),
    total: amountParameter(500, 'the total at first'),
    first: amountParameter(600, 'what the first client sets it to'),
    second: amountParameter(550, 'what the second client sets it to'),
    ...WAITING,
    ...UNHURRIED,
  },
  problems: (parameters) => {
    const totals = [parameters.total, ...totalsOf(parameters)];
    return new Set(totals).size < totals.length
      ? [
          `The totals ${totals.slice(0, 5).join(', ')} are not all different: what was replaced would not say who was.`,
        ]
      : [];
  },
  initial: (parameters) => ordersOf([parameters.total], parameters),
  attempts: (parameters) =>
    totalsOf(parameters).map((total) => ({ f: 'setTotal', input: { order: 1, total } })),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: orderCheckers,
  tally: tallyOf('updated', 'total'),
  // The total depends on who comes last, and is left out.
  expected: ({ clients }) => ({ updated: clients }),
  controls: {
    postgres: { target: 'postgres/naive', shows: ['lost-update'] },
    mongodb: { target: 'mongodb/naive', shows: ['lost-update'] },
  },
  defaultTarget: 'postgres/for-update',
  small: { clients: 2, retries: 2, limitMs: HELD_LIMIT_MS },
};

export default orderSet;
