import { seats } from '../../../scenarios/seats/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/for-update` is, behind `POST /api/trips/:id/bookings`. */
export default overHttp({
  contract: seats,
  routes,
  strategy: 'for-update',
  summary: 'An HTTP API that reads the free seats with FOR UPDATE, then writes, in one transaction.',
  prevents: 'Overbooking, whoever calls. Nothing against programs that write past it.',
  costs: 'What postgres/for-update costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds' },
});
