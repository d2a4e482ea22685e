import { customers } from '../../../scenarios/customers/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/naive` is, behind `POST /api/customers`. */
export default overHttp({
  contract: customers,
  routes,
  strategy: 'naive',
  summary: 'An HTTP API that finds the highest number and adds one; no transaction.',
  prevents: 'Nothing.',
  costs: 'What postgres/naive costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'customer-creation': 'violated',
    'returning-customer': 'violated',
    'thousand-customers': 'violated',
    'failed-creation': 'violated',
    'five-digits': 'violated',
  },
});
