import type { AttemptFacts, Line, SaleFacts, SaleWords } from '../../src/checkers/sale/sale.js';
import type { History, OperationOf } from '../../src/core/history.js';
import type { Orders, PlacedOrder } from './contract.js';

const WORDS: SaleWords = {
  buyer: 'reference',
  unit: 'use',
  product: 'product',
  order: 'order',
  ordered: 'created',
  stock: 'uses left',
};

type Creation = OperationOf<Orders, 'createOrder'>;

/**
 * Orders with a discount are a sale: the uses of the discount are what is limited, and of the goods in them there is always
 * enough. Both are products of it, so that a stored order must name the discount and the goods that were asked for.
 */
export function saleOf({ initial, operations, final }: History<Orders>): SaleFacts {
  const creations = operations.filter((operation): operation is Creation => operation.f === 'createOrder');
  const limits = new Map(initial.discounts.map(({ id, limit }) => [id, limit]));
  const goods = [...creations.map(({ input }) => input), ...final.placed].flatMap(({ items }) =>
    items.map(({ product }) => product),
  );
  const used = final.placed.map(({ discount }) => discount);
  const names = [...new Set([...limits.keys(), ...used, ...goods])];
  const numbers = new Map(names.map((name, index) => [name, index + 1]));
  const lines = ({ discount, items }: PlacedOrder): Line[] =>
    [{ product: discount, quantity: 1 }, ...items].map(({ product, quantity }) => ({
      product: numbers.get(product) ?? 0,
      units: quantity,
    }));
  const products = names.map((name, index) => ({
    id: index + 1,
    name,
    stock: limits.get(name) ?? (goods.includes(name) ? Infinity : 0),
  }));
  const uses = (name: string) => used.filter((other) => other === name).length;
  return {
    products,
    attempts: creations.map((creation) => attemptOf(creation, lines(creation.input))),
    left: products.map(({ id, name, stock }) => ({ id, stock: stock - uses(name) })),
    orders: final.placed.map((order) => ({ buyer: order.reference, items: lines(order) })),
    words: WORDS,
  };
}

function attemptOf(creation: Creation, cart: readonly Line[]): AttemptFacts {
  const { input, invokeIndex, completeIndex, invokedNs, completedNs } = creation;
  return {
    buyer: input.reference,
    cart,
    result: resultOf(creation),
    invokedNs,
    completedNs,
    accesses: [],
    witness: completeIndex === undefined ? [invokeIndex] : [invokeIndex, completeIndex],
  };
}

function resultOf(creation: Creation): AttemptFacts['result'] {
  if (creation.status !== 'ok') return creation.status;
  return creation.output.result === 'created' ? 'ordered' : 'refused';
}
