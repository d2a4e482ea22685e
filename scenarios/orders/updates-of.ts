import type {
  Change,
  ChangingAttempt,
  ReadingAttempt,
  UpdateFacts,
  UseAccess,
} from '../../src/checkers/updates/updates.js';
import type { History, Operation } from '../../src/core/history.js';
import type { Order, Orders } from './contract.js';

/** How a history of this contract is read as updates. */
export function updatesOf({ initial, operations, final }: History<Orders>): UpdateFacts {
  return {
    noun: 'total',
    initial: totalsOf(initial.orders),
    final: totalsOf(final.orders),
    changes: operations.flatMap(changingOf),
    reads: operations.flatMap(readingOf),
    used: initial.discounts.map(({ id, limit }) => ({
      name: id,
      limit,
      used: final.discounts.find((discount) => discount.id === id)?.used ?? 0,
      users: final.placed.filter(({ discount }) => discount === id).map(({ reference }) => reference),
    })),
    uses: operations.flatMap((operation) =>
      operation.f === 'createOrder'
        ? [
            {
              client: operation.client,
              user: operation.input.reference,
              accesses: accessesOf(operation),
              witness: witnessOf(operation),
            },
          ]
        : [],
    ),
    names: final.customers.map(({ name }) => name),
  };
}

function totalsOf(orders: readonly Order[]): Map<string, number> {
  return new Map(orders.map(({ id, total }) => [named(id), total]));
}

function changingOf(operation: Operation<Orders>): ChangingAttempt[] {
  const changes = changesOf(operation);
  const { client, status, invokedNs, completedNs } = operation;
  const witness = witnessOf(operation);
  return changes.length > 0 ? [{ client, result: status, changes, invokedNs, completedNs, witness }] : [];
}

function changesOf(operation: Operation<Orders>): Change[] {
  if (operation.f === 'addToTotal') {
    const { order, amount } = operation.input;
    const previous = operation.status === 'ok' ? operation.output.previous : undefined;
    return [{ key: named(order), kind: 'add', value: amount, previous }];
  }
  if (operation.f === 'setTotal') {
    const { order, total } = operation.input;
    const previous = operation.status === 'ok' ? operation.output.previous : undefined;
    return [{ key: named(order), kind: 'set', value: total, previous }];
  }
  if (operation.f !== 'lockBoth') return [];
  const { first, second, amount } = operation.input;
  const output = operation.status === 'ok' ? operation.output : undefined;
  return [
    { key: named(first), kind: 'add', value: -amount, previous: output?.previousFirst },
    { key: named(second), kind: 'add', value: amount, previous: output?.previousSecond },
  ];
}

function readingOf(operation: Operation<Orders>): ReadingAttempt[] {
  if (operation.f !== 'readTotals' || operation.status !== 'ok') return [];
  const { client, input, output, invokedNs, completedNs } = operation;
  const values = new Map(input.orders.map((order, place) => [named(order), output.totals[place] ?? NaN]));
  return [{ client, values, invokedNs, completedNs, witness: witnessOf(operation) }];
}

function accessesOf({ notes }: Operation<Orders>): UseAccess[] {
  return notes.flatMap(({ kind, fields: { discount, used }, index }) =>
    (kind === 'read' || kind === 'write') && typeof discount === 'string' && typeof used === 'number'
      ? [{ kind, name: discount, used, index }]
      : [],
  );
}

function witnessOf({ invokeIndex, completeIndex }: Operation<Orders>): number[] {
  return completeIndex === undefined ? [invokeIndex] : [invokeIndex, completeIndex];
}

function named(order: number): string {
  return `order ${order}`;
}
