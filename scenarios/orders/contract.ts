import { z } from 'zod';
import type { Contract } from '../../src/core/contract.js';

const id = z.number().int().positive();
const amount = z.number().int();
/** Stores answer with what they hold, and a total that went wrong must be reportable. */
const total = z.number().int();
const discountId = z.string().min(1);

const items = z.array(z.object({ product: z.string().min(1), quantity: z.number().int().positive() })).min(1);

const placedOrder = z.object({
  /** Of the attempt: no two of a trial share it. */
  reference: z.number().int().nonnegative(),
  customer: z.string().min(1),
  discount: discountId,
  items,
});

const addInput = z.object({ order: id, amount, readFirst: z.boolean() });
const setInput = z.object({ order: id, total });
const moveInput = z.object({ first: id, second: id, amount });
const readInput = z.object({ orders: z.array(id).min(1) });

const updated = z.object({ result: z.literal('updated'), previous: total });
const moved = z.object({ result: z.literal('moved'), previousFirst: total, previousSecond: total });
const readTotals = z.object({ result: z.literal('read'), totals: z.array(total) });
const created = z.object({ result: z.enum(['created', 'discount-used-up']) });

const order = z.object({ id, total });

const initial = z.object({
  orders: z.array(order),
  discounts: z.array(z.object({ id: discountId, limit: z.number().int().nonnegative() })),
  /** Nobody may wait longer for a lock. */
  lockLimitMs: z.number().positive(),
});

const final = z.object({
  orders: z.array(order),
  discounts: z.array(z.object({ id: discountId, used: z.number().int() })),
  customers: z.array(z.object({ name: z.string() })),
  placed: z.array(placedOrder),
  /** Locks that still count for somebody else: none where everything went well. */
  locks: z.array(
    z.object({
      key: z.string(),
      /** The logical process of its holder; null where the store does not know it. */
      process: z.number().int().nullable(),
      /** Somebody can have it one day without any help. */
      lapses: z.boolean(),
    }),
  ),
});

export type AddInput = z.infer<typeof addInput>;
export type SetInput = z.infer<typeof setInput>;
export type MoveInput = z.infer<typeof moveInput>;
export type ReadInput = z.infer<typeof readInput>;
export type PlacedOrder = z.infer<typeof placedOrder>;
export type Updated = z.infer<typeof updated>;
export type Moved = z.infer<typeof moved>;
export type ReadTotals = z.infer<typeof readTotals>;
export type Created = z.infer<typeof created>;
export type Order = z.infer<typeof order>;
export type OrdersInitial = z.infer<typeof initial>;
export type OrdersFinal = z.infer<typeof final>;

export type Orders = {
  readonly operations: {
    readonly addToTotal: { readonly input: AddInput; readonly output: Updated };
    readonly setTotal: { readonly input: SetInput; readonly output: Updated };
    readonly lockBoth: { readonly input: MoveInput; readonly output: Moved };
    readonly readTotals: { readonly input: ReadInput; readonly output: ReadTotals };
    readonly createOrder: { readonly input: PlacedOrder; readonly output: Created };
  };
  readonly initial: OrdersInitial;
  readonly final: OrdersFinal;
};

/** What a lock on an order, a customer or a discount is called, in notes and in the final state. */
export const lockKey = {
  order: (order: number) => `order:${order}`,
  customer: (name: string) => `customer:${name}`,
  discount: (discount: string) => `discount:${discount}`,
} as const;

/**
 * Staff change orders, move amounts between them, read them, and create new ones.
 *
 * - `addToTotal` adds to what an order's total is at that moment; with `readFirst` the client looks at the order before it
 *   decides to change it, so that a target with locks for readers takes one for the look, and asks for more only then.
 * - `setTotal` sets it. Both answer with the total that they replaced, as they took it to be.
 * - `lockBoth` holds two orders at once, asking for the first before the second, and moves an amount from one to the other.
 * - `readTotals` reads several orders as they stand together, and answers in the order in which it was asked.
 * - `createOrder` finds the customer by name or creates one, uses the discount once, and stores the order: all of it, or
 *   nothing when the discount has been used as often as its limit allows.
 *
 * Targets tell what they see and do: `note('read', { order: 7, total: 500 })` and `note('write', { order: 7, total: 600 })`
 * for an absolute value, `note('write', { order: 7, by: 100 })` for a relative one; the same with `discount` and `used`. Each
 * comes when the statement has been answered. About locks they tell `lock-requested`, `lock-acquired` and `lock-released`
 * with the lock's key.
 */
export const orders: Contract<Orders> = {
  name: 'orders',
  summary: 'Staff change the totals of orders and create new ones with discounts.',
  operations: {
    addToTotal: { input: addInput, output: updated, keys: (input) => [lockKey.order(input.order)] },
    setTotal: { input: setInput, output: updated, keys: (input) => [lockKey.order(input.order)] },
    lockBoth: {
      input: moveInput,
      output: moved,
      keys: ({ first, second }) => [lockKey.order(first), lockKey.order(second)],
    },
    readTotals: { input: readInput, output: readTotals, keys: (input) => input.orders.map(lockKey.order) },
    createOrder: {
      input: placedOrder,
      output: created,
      keys: ({ customer, discount }) => [lockKey.customer(customer), lockKey.discount(discount)],
    },
  },
  initial,
  final,
};
