import type { History } from '../../src/core/history.js';
import type { Orders } from './contract.js';

/** The numbers of one trial that a table can show; a scenario picks those that mean something in it. */
type Count =
  'updated' | 'total' | 'moved' | 'read' | 'together' | 'created' | 'refused' | 'used' | 'customers';

const COUNTS: Readonly<Record<Count, (history: History<Orders>) => number>> = {
  updated: (history) => answered(history, 'updated'),
  total: ({ final }) => final.orders[0]?.total ?? NaN,
  moved: (history) => answered(history, 'moved'),
  read: (history) => answered(history, 'read'),
  together: ({ final }) => final.orders.reduce((sum, { total }) => sum + total, 0),
  created: (history) => answered(history, 'created'),
  refused: (history) => answered(history, 'discount-used-up'),
  used: ({ final }) => final.discounts.reduce((sum, { used }) => sum + used, 0),
  customers: ({ final }) => final.customers.length,
};

/** A tally of these counts, in this order. Attempts without an answer are in none that counts answers. */
export function tallyOf<N extends Count>(
  ...names: readonly N[]
): (history: History<Orders>) => Record<N, number> {
  return (history) =>
    Object.fromEntries(names.map((name) => [name, COUNTS[name](history)])) as Record<N, number>;
}

function answered({ operations }: History<Orders>, result: string): number {
  return operations.filter((operation) => operation.status === 'ok' && operation.output.result === result)
    .length;
}
