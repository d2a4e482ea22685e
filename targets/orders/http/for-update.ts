import { orders } from '../../../scenarios/orders/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/for-update` is, behind `/api/orders`. */
export default overHttp({
  contract: orders,
  routes,
  strategy: 'for-update',
  summary: 'An HTTP API that locks each row as it reads it.',
  prevents: 'Lost updates, whoever calls. Not deadlocks: their victims are answered 503.',
  costs: 'What postgres/for-update costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-DEADLOCKS',
  expectations: { 'order-update': 'holds', 'order-set': 'holds', 'discounted-orders': 'holds' },
});
