import { z } from 'zod';
import type { Contract } from '../../src/core/contract.js';

const productId = z.number().int().positive();
const units = z.number().int().positive();
/** Drivers answer with what the column holds; a stock below zero must be reportable. */
const stock = z.number().int();

const cart = z.array(z.object({ productId, quantity: units })).min(1);

const input = z.object({ buyer: z.number().int().nonnegative(), cart });

const outcome = z.discriminatedUnion('result', [
  z.object({ result: z.literal('ordered') }),
  z.object({
    result: z.literal('insufficient-stock'),
    product: z.string(),
    available: stock,
    requested: units,
    message: z.string(),
  }),
]);

const product = z.object({ id: productId, name: z.string(), stock });

const initial = z.object({ products: z.array(product) });

const copy = z.object({
  products: z.array(z.object({ id: productId, stock })),
  /** It was made when nothing was at work any more, so that nothing can have changed since. */
  settled: z.boolean(),
});

const final = z.object({
  /** The stock that decides who can buy. */
  products: z.array(z.object({ id: productId, name: z.string(), stock })),
  /** The stock as another store has it, where a target copies it there. */
  copy: copy.optional(),
  orders: z.array(
    z.object({
      id: z.number().int(),
      buyer: z.number().int(),
      items: z.array(z.object({ productId, quantity: units })),
    }),
  ),
});

export type CheckoutInput = z.infer<typeof input>;
export type CheckoutOutcome = z.infer<typeof outcome>;
export type CheckoutInitial = z.infer<typeof initial>;
export type CheckoutFinal = z.infer<typeof final>;
export type CartItem = CheckoutInput['cart'][number];
export type Product = CheckoutInitial['products'][number];
export type Order = CheckoutFinal['orders'][number];

export type Checkout = {
  readonly operations: {
    readonly checkout: { readonly input: CheckoutInput; readonly output: CheckoutOutcome };
  };
  readonly initial: CheckoutInitial;
  readonly final: CheckoutFinal;
};

/**
 * One buyer checks out one cart: all of it, or nothing. A buyer is one attempt: no two attempts of a trial share the number.
 *
 * Targets tell of the stock that they read and write, where they see it, so that a violation can be explained:
 * `note('read', { product: 7, stock: 17 })`, and `note('write', { product: 7, stock: 16 })` for a new absolute value;
 * a relative change ("one less") is `note('write', { product: 7 })`. The stock is the number that the operation's own
 * statement saw or set, and the note comes when that statement has been answered.
 */
export const checkout: Contract<Checkout> = {
  name: 'checkout',
  summary: 'Buyers check out carts of products whose stock is limited.',
  operations: {
    checkout: {
      input,
      output: outcome,
      keys: ({ cart: items }) => items.map((item) => `product ${item.productId}`),
    },
  },
  initial,
  final,
};
