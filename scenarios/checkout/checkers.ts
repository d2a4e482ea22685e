import type { History, Operation } from '../../src/core/history.js';
import { openTransactions } from '../../src/checkers/open-transactions.js';
import type { AttemptFacts, Line, SaleFacts, StockAccess } from '../../src/checkers/sale/sale.js';
import { SALE_CHECKERS, saleCheckers } from '../../src/checkers/sale/sale-checkers.js';
import { stockCopy } from '../../src/checkers/sale/stock-copy.js';
import type { CartItem, Checkout } from './contract.js';
import { readRefusal } from './refusal.js';

/** What must hold after every scenario of this contract. */
export const checkoutCheckers = [
  ...saleCheckers(saleOf, { checkers: [...SALE_CHECKERS, stockCopy] }),
  openTransactions<Checkout>(),
] as const;

/** A checkout is a sale: how its history is read as one. */
export function saleOf(history: History<Checkout>): SaleFacts {
  const { initial, operations, final } = history;
  return {
    products: initial.products,
    attempts: operations.map(attemptOf),
    left: final.products,
    ...(final.copy && { copy: { left: final.copy.products, settled: final.copy.settled } }),
    orders: final.orders.map(({ buyer, items }) => ({ buyer, items: items.map(lineOf) })),
  };
}

function attemptOf(operation: Operation<Checkout>): AttemptFacts {
  const { input, invokeIndex, completeIndex, invokedNs, completedNs } = operation;
  return {
    buyer: input.buyer,
    cart: input.cart.map(lineOf),
    ...resultOf(operation),
    invokedNs,
    completedNs,
    accesses: accessesOf(operation),
    witness: completeIndex === undefined ? [invokeIndex] : [invokeIndex, completeIndex],
  };
}

function resultOf(operation: Operation<Checkout>): Pick<AttemptFacts, 'result' | 'refusal'> {
  if (operation.status !== 'ok') return { result: operation.status };
  const { output } = operation;
  if (output.result === 'ordered') return { result: 'ordered' };
  const { product, available, requested, message } = output;
  return { result: 'refused', refusal: { product, available, requested, text: readRefusal(message) } };
}

function accessesOf(operation: Operation<Checkout>): StockAccess[] {
  return operation.notes.flatMap(({ kind, fields: { product, stock }, index }) =>
    (kind === 'read' || kind === 'write') && typeof product === 'number'
      ? [{ kind, product, stock: typeof stock === 'number' ? stock : undefined, index }]
      : [],
  );
}

function lineOf({ productId, quantity }: CartItem): Line {
  return { product: productId, units: quantity };
}
