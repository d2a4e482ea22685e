import { orders } from '../../../scenarios/orders/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/naive` is, behind `/api/orders`. */
export default overHttp({
  contract: orders,
  routes,
  strategy: 'naive',
  summary: 'An HTTP API that reads an order, computes, and writes the new value; no transaction.',
  prevents: 'Nothing.',
  costs: 'What postgres/naive costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'order-update': 'violated', 'order-set': 'violated', 'discounted-orders': 'violated' },
});
