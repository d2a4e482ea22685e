import { checkout } from '../../../scenarios/checkout/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/for-update` is, behind `POST /api/checkout`. */
export default overHttp({
  contract: checkout,
  routes,
  strategy: 'for-update',
  summary: 'An HTTP API whose checkout locks the rows of the cart, then checks and writes.',
  prevents: 'Lost updates and overselling, whoever calls. Nothing against programs that write past it.',
  costs: 'What postgres/for-update costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: { 'flash-sale': 'holds', 'last-unit': 'holds', basket: 'holds', 'oversized-cart': 'holds' },
});
