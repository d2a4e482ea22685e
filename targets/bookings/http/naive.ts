import { bookings } from '../../../scenarios/bookings/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/naive` is, behind `POST /api/bookings`. */
export default overHttp({
  contract: bookings,
  routes,
  strategy: 'naive',
  summary: 'An HTTP API that looks whether the table is free, then books; no transaction.',
  prevents: 'Nothing.',
  costs: 'What postgres/naive costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'table-booking': 'violated', 'overlapping-slots': 'violated' },
});
