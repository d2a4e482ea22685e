import { seats } from '../../../scenarios/seats/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/naive` is, behind `POST /api/trips/:id/bookings`. */
export default overHttp({
  contract: seats,
  routes,
  strategy: 'naive',
  summary:
    'An HTTP API that reads the free seats, writes what is left, and stores the booking; no transaction.',
  prevents: 'Nothing.',
  costs: 'What postgres/naive costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'last-seat': 'violated', 'school-bus': 'violated', group: 'violated' },
});
