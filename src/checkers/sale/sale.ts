import type { Finding } from '../../core/checker.js';
import type { AnomalyId } from '../../core/anomaly.js';

/** How many units of which product. */
export type Units = ReadonlyMap<number, number>;

export interface Line {
  readonly product: number;
  readonly units: number;
}

/** Why a buyer got nothing, as the buyer was told. */
export interface Refusal {
  /** The product's name. */
  readonly product: string;
  readonly available: number;
  readonly requested: number;
  /** The same three as the refusal's text says them; absent where the text says none of it. */
  readonly text?: Pick<Refusal, 'product' | 'available' | 'requested'> | undefined;
}

/** A note of an attempt about a product's stock, in the order of the history. */
export interface StockAccess {
  readonly kind: 'read' | 'write';
  readonly product: number;
  /** What was read or written; of a relative change ("one less") what it came to, absent where that was not seen. */
  readonly stock: number | undefined;
  /** A change of what was there, not a value computed from a read. */
  readonly relative?: boolean;
  readonly index: number;
}

/** One buyer's only attempt: everything in the cart, or nothing. */
export interface AttemptFacts {
  readonly buyer: number;
  /** The cart; a product may stand in several lines. */
  readonly cart: readonly Line[];
  readonly result: 'ordered' | 'refused' | 'fail' | 'info';
  /** Present only if refused, and only where the contract tells a buyer why. */
  readonly refusal?: Refusal | undefined;
  readonly invokedNs: number;
  /** `Infinity` for `info`. */
  readonly completedNs: number;
  readonly accesses: readonly StockAccess[];
  /** Its events: the invocation, and the completion where there is one. */
  readonly witness: readonly number[];
}

export interface StoredOrder {
  readonly buyer: number;
  readonly items: readonly Line[];
}

/** What a contract calls things, in the singular: a finding is for people who know its words and no others. */
export interface SaleWords {
  /** Who attempts. */
  readonly buyer: string;
  /** What is taken, and what it is taken from. */
  readonly unit: string;
  readonly product: string;
  /** What is stored for one who got it. */
  readonly order: string;
  /** What one who got it is answered. */
  readonly ordered: string;
  /** The number of units that is read and written. */
  readonly stock: string;
}

export const SHOP_WORDS: SaleWords = {
  buyer: 'buyer',
  unit: 'unit',
  product: 'product',
  order: 'order',
  ordered: 'ordered',
  stock: 'stock',
};

/** A trial of any contract in which buyers take units of limited stock, as its checkers need to see it. */
export interface SaleFacts {
  readonly products: readonly { readonly id: number; readonly name: string; readonly stock: number }[];
  readonly attempts: readonly AttemptFacts[];
  /** The final state. */
  readonly left: readonly { readonly id: number; readonly stock: number }[];
  readonly orders: readonly StoredOrder[];
  /** What another store shows of the stock; `settled`: copied when nothing was at work any more. */
  readonly copy?: {
    readonly left: readonly { readonly id: number; readonly stock: number }[];
    readonly settled: boolean;
  };
  /** Default: those of a shop. */
  readonly words?: SaleWords;
}

export interface Attempt extends AttemptFacts {
  /** The cart's lines added up by product. */
  readonly takes: Units;
}

export interface Order extends StoredOrder {
  /** The items added up by product: one line of two units and two lines of one are the same order. */
  readonly takes: Units;
}

/** The facts, added up and indexed once for all checkers. */
export interface Sale {
  readonly products: ReadonlyMap<number, { readonly name: string; readonly stock: number }>;
  readonly left: Units;
  readonly copy?: { readonly left: Units; readonly settled: boolean };
  readonly attempts: readonly Attempt[];
  readonly attemptOf: ReadonlyMap<number, Attempt>;
  readonly orders: readonly Order[];
  readonly ordersOf: ReadonlyMap<number, readonly Order[]>;
  readonly words: SaleWords;
}

/** One question that is asked of every sale. The counterpart of a Checker, which asks it of a contract's history. */
export interface SaleChecker {
  readonly name: string;
  readonly anomalies: readonly AnomalyId[];
  check(sale: Sale): readonly Finding[];
}

/**
 * Adds up and indexes. Linear. Throws where the facts cannot be judged: one buyer with two attempts (nobody could say
 * whose order is stored), or a product that stands twice among the products or in the final state.
 */
export function toSale(facts: SaleFacts): Sale {
  const products = uniqueBy(facts.products, ({ id }) => id, 'Product', 'stands twice in the initial state');
  const left = uniqueBy(facts.left, ({ id }) => id, 'Product', 'stands twice in the final state');
  const copied = uniqueBy(
    facts.copy?.left ?? [],
    ({ id }) => id,
    'Product',
    'stands twice in the copy of the stock',
  );
  const attempts = facts.attempts.map((attempt) => ({ ...attempt, takes: addUp(attempt.cart) }));
  const attemptOf = uniqueBy(attempts, ({ buyer }) => buyer, 'Buyer', 'attempts twice in one trial');
  const orders = facts.orders.map((order) => ({ ...order, takes: addUp(order.items) }));
  const ordersOf = new Map<number, Order[]>();
  for (const order of orders) {
    const known = ordersOf.get(order.buyer);
    if (known) known.push(order);
    else ordersOf.set(order.buyer, [order]);
  }
  return {
    products,
    left: stockOf(left),
    ...(facts.copy && { copy: { left: stockOf(copied), settled: facts.copy.settled } }),
    attempts,
    attemptOf,
    orders,
    ordersOf,
    words: facts.words ?? SHOP_WORDS,
  };
}

/** Its name, or `product 7` (a trip, if the contract says so) where the initial state has none. */
export function productName(sale: Sale, product: number): string {
  return sale.products.get(product)?.name ?? `${sale.words.product} ${product}`;
}

/** Did it certainly take its units: answered `ordered`, or an order of its buyer is stored. */
export function certainlyHappened(sale: Sale, attempt: Attempt): boolean {
  return attempt.result === 'ordered' || sale.ordersOf.has(attempt.buyer);
}

/** Adds to what a map of units holds already. */
export function addUnits(into: Map<number, number>, takes: Units): void {
  for (const [product, units] of takes) into.set(product, (into.get(product) ?? 0) + units);
}

function addUp(lines: readonly Line[]): Units {
  const takes = new Map<number, number>();
  for (const { product, units } of lines) takes.set(product, (takes.get(product) ?? 0) + units);
  return takes;
}

function stockOf(products: ReadonlyMap<number, { readonly stock: number }>): Units {
  return new Map(Array.from(products, ([id, { stock }]) => [id, stock]));
}

function uniqueBy<T>(
  items: readonly T[],
  keyOf: (item: T) => number,
  what: string,
  mistake: string,
): Map<number, T> {
  const byKey = new Map<number, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (byKey.has(key)) throw new Error(`${what} ${key} ${mistake}.`);
    byKey.set(key, item);
  }
  return byKey;
}
