import { bookings } from '../../../scenarios/bookings/contract.js';
import { overHttp } from '../../over-http.js';
import { routes } from './routes.js';

/** What `postgres/exclusion-constraint` is, behind `POST /api/bookings`. */
export default overHttp({
  contract: bookings,
  routes,
  strategy: 'exclusion-constraint',
  summary: 'An HTTP API whose bookings stand under an exclusion constraint on table and time.',
  prevents:
    'Double bookings, whoever calls and whatever else writes to the table. Not the wait for whoever inserted first.',
  costs: 'What postgres/exclusion-constraint costs, and a request.',
  source: 'https://www.postgresql.org/docs/18/rangetypes.html#RANGETYPES-CONSTRAINT',
  expectations: { 'table-booking': 'holds', 'overlapping-slots': 'holds' },
});
