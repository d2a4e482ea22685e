import { underLease } from '../../under-lease.js';
import { bookingsOnRedis } from '../schema.js';
import { checkThenBook, tableLease } from '../steps.js';

/** Draws a token with the lease, and nothing asks for it where the booking is written. */
export default bookingsOnRedis({
  strategy: 'broken-fenced-lock-unchecked',
  summary: 'A lease with a rising token that is not checked.',
  prevents: 'Double bookings among holders that are done in time.',
  costs: 'Those of fenced-lock.',
  source: 'https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html',
  expectations: { 'stalled-holder': 'violated' },
  book(session, input, context) {
    const lease = tableLease(session, context, input);
    const acquire = async () => {
      const had = await lease.acquire();
      if (had) await session.redis.incr(`fence:${input.restaurant}/${input.table}/${input.date}`);
      return had;
    };
    return underLease(context, { ...lease, acquire }, () => checkThenBook(session.redis, context, input));
  },
});
