import { bookingOf } from '../../booking.js';
import { TAKEN } from '../../outcomes.js';
import { underLease } from '../../under-lease.js';
import { bookingsOnRedis } from '../schema.js';
import { checkThenBook, countInTheWay, tableLease } from '../steps.js';

/** Lets go of its lease when it has booked, and forgets to when it says "taken". */
export default bookingsOnRedis({
  strategy: 'broken-set-nx-kept-on-refusal',
  summary: 'A lease on the table that is not given back after a refusal.',
  prevents: 'Double bookings among holders that are done in time.',
  costs: 'The table for an expiry, after every refusal.',
  source: 'https://redis.io/docs/latest/commands/set/#patterns',
  expectations: { 'table-booking': 'violated' },
  async book(session, input, context) {
    const lease = tableLease(session, context, input);
    const { redis } = session;
    if ((await countInTheWay(redis, context, bookingOf(context, input))) > 0) {
      await lease.acquire();
      return TAKEN;
    }
    return underLease(context, lease, () => checkThenBook(redis, context, input));
  },
});
