import { bookingsOnRedis } from './schema.js';
import { checkThenBook } from './steps.js';

/** Looks whether the table is free, and then books it: two commands. That Redis does one at a time helps within a command. */
export default bookingsOnRedis({
  strategy: 'naive',
  summary: 'Reads the bookings of the day, then appends its own.',
  prevents: 'Nothing between the two commands.',
  costs: 'Two commands.',
  source: 'https://redis.io/docs/latest/develop/using-commands/transactions/',
  expectations: {
    'table-booking': 'violated',
    'overlapping-slots': 'violated',
    'stalled-holder': 'violated',
    'stale-release': 'violated',
    'crashed-holder': 'violated',
  },
  book: ({ redis }, input, context) => checkThenBook(redis, context, input),
});
