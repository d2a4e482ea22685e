import { customers } from '../../../scenarios/customers/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/counter-row` is, behind `POST /api/customers`. */
export default overHttp({
  contract: customers,
  routes,
  strategy: 'counter-row',
  summary: 'An HTTP API that locks the row of the counter, then looks for the phone, counts and inserts.',
  prevents:
    'Numbers given twice, gaps, and two customers with one phone. Nothing against programs that write past it.',
  costs: 'What postgres/counter-row costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'holds',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
});
