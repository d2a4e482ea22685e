import { underLease } from '../../under-lease.js';
import { bookingsOnRedis } from '../schema.js';
import { checkThenBook, tableLease } from '../steps.js';

/** SETNX alone: the lock of a dead client stands for ever. */
export default bookingsOnRedis({
  strategy: 'broken-set-nx-without-expiry',
  summary: 'A lock on the table with SETNX, which nothing removes but its holder.',
  prevents: 'Double bookings.',
  costs: 'The table, when a client dies.',
  source: 'https://redis.io/docs/latest/commands/setnx/',
  expectations: { 'crashed-holder': 'violated' },
  book(session, input, context) {
    const lease = tableLease(session, context, input);
    const forEver = {
      ...lease,
      acquire: async () => (await session.redis.setnx(lease.key, lease.value)) === 1,
      expire: () => Promise.resolve(),
    };
    return underLease(context, forEver, () => checkThenBook(session.redis, context, input));
  },
});
