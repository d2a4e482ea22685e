import type { Routes } from '../../../src/http/routes.js';
import type { Checkout, CheckoutOutcome } from '../../../scenarios/checkout/contract.js';
import { ORDERED } from '../cart.js';

type Refused = Extract<CheckoutOutcome, { readonly result: 'insufficient-stock' }>;

/** `POST /api/checkout`: 201, or 409 with what was short. */
export const routes: Routes<Checkout> = {
  checkout: {
    method: 'POST',
    path: '/api/checkout',
    request: ({ buyer, cart }) => ({ path: '/api/checkout', body: { buyer, items: cart } }),
    input: ({ body }) => {
      const { buyer, items } = body as { readonly buyer: number; readonly items: readonly [] };
      return { buyer, cart: items };
    },
    answer: (outcome) => {
      if (outcome.result === 'ordered') return { status: 201, body: { message: 'Order placed' } };
      const { message, product, available, requested } = outcome;
      return { status: 409, body: { message, product, available, requested } };
    },
    outcome: (answer) =>
      answer.status === 201
        ? ORDERED
        : { ...(answer.json() as Omit<Refused, 'result'>), result: 'insufficient-stock' },
  },
};
