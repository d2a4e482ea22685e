import { checkout } from '../../../scenarios/checkout/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/naive` is, behind `POST /api/checkout`. */
export default overHttp({
  contract: checkout,
  routes,
  strategy: 'naive',
  summary: 'An HTTP API whose checkout reads, checks and writes without a transaction.',
  prevents: 'Nothing.',
  costs: 'What postgres/naive costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
  },
});
