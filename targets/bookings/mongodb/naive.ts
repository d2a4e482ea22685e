import { bookingsOnMongodb } from './schema.js';
import { checkThenBook } from './steps.js';

/** Looks whether the table is free, and then books it: two commands, and anybody may come in between. */
export default bookingsOnMongodb({
  strategy: 'naive',
  summary: 'Finds overlapping bookings, then inserts its own.',
  prevents: 'Nothing.',
  costs: 'Two commands.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: {
    'table-booking': 'violated',
    'overlapping-slots': 'violated',
    'stalled-holder': 'violated',
    'stale-release': 'violated',
    'crashed-holder': 'violated',
  },
  book: ({ mongo }, input, context) => checkThenBook(mongo.db, context, input),
});
