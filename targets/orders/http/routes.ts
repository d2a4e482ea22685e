import type { ApiAnswer } from '../../../src/core/api.js';
import type { Routes } from '../../../src/http/routes.js';
import type { Created, Moved, Orders, Updated } from '../../../scenarios/orders/contract.js';

const CREATED = 201;
const USED_UP = 409;

/** `POST /api/orders`, and what staff do with orders that are there: change a total, move an amount, look at totals. */
export const routes: Routes<Orders> = {
  addToTotal: {
    method: 'POST',
    path: '/api/orders/:id/additions',
    request: ({ order, amount, readFirst }) => ({
      path: `/api/orders/${order}/additions`,
      body: { amount, readFirst },
    }),
    input: ({ params, body }) => ({ order: Number(params['id']), ...(body as object) }),
    answer: ({ previous }) => ({ status: 200, body: { previous } }),
    outcome: updated,
  },
  setTotal: {
    method: 'PUT',
    path: '/api/orders/:id/total',
    request: ({ order, total }) => ({ method: 'PUT', path: `/api/orders/${order}/total`, body: { total } }),
    input: ({ params, body }) => ({ order: Number(params['id']), ...(body as object) }),
    answer: ({ previous }) => ({ status: 200, body: { previous } }),
    outcome: updated,
  },
  lockBoth: {
    method: 'POST',
    path: '/api/orders/transfers',
    request: (input) => ({ path: '/api/orders/transfers', body: input }),
    input: ({ body }) => body,
    answer: ({ previousFirst, previousSecond }) => ({ status: 200, body: { previousFirst, previousSecond } }),
    outcome: (answer) => ({ ...(answer.json() as Omit<Moved, 'result'>), result: 'moved' }),
  },
  readTotals: {
    method: 'GET',
    path: '/api/orders',
    request: ({ orders }) => ({ path: `/api/orders?ids=${orders.join(',')}` }),
    input: ({ query }) => ({ orders: (query.get('ids') ?? '').split(',').map(Number) }),
    answer: ({ totals }) => ({ status: 200, body: { totals } }),
    outcome: (answer) => ({
      result: 'read',
      totals: (answer.json() as { readonly totals: readonly number[] }).totals.slice(),
    }),
  },
  createOrder: {
    method: 'POST',
    path: '/api/orders',
    request: ({ reference, customer, discount, items }) => ({
      path: '/api/orders',
      body: { reference, customer, discountId: discount, items },
    }),
    input: ({ body }) => {
      const { discountId, ...order } = body as Readonly<Record<string, unknown>>;
      return { ...order, discount: discountId };
    },
    answer: ({ result }) =>
      result === 'created'
        ? { status: CREATED, body: { message: 'Order created' } }
        : { status: USED_UP, body: { message: 'This discount has been used up' } },
    outcome: (answer): Created => ({
      result: answer.status === CREATED ? 'created' : 'discount-used-up',
    }),
  },
};

function updated(answer: ApiAnswer): Updated {
  return { ...(answer.json() as Omit<Updated, 'result'>), result: 'updated' };
}
