import { bookingOf } from '../../booking.js';
import { BOOKED, TAKEN } from '../../outcomes.js';
import { underLease } from '../../under-lease.js';
import { bookingsOnMongodb } from '../schema.js';
import { countInTheWay, insertBooking, lockDocument } from '../steps.js';

/** Looks before it has the lock, and not again under it. */
export default bookingsOnMongodb({
  strategy: 'broken-lock-per-table-looks-first',
  summary: 'Looks, then takes the lock of the table and books.',
  prevents: 'Two who write at the same moment. Not two who have looked.',
  costs: 'Those of lock-per-table.',
  source: 'https://en.wikipedia.org/wiki/Time-of-check_to_time-of-use',
  expectations: { 'stalled-holder': 'violated' },
  lockOn: ['restaurant', 'table', 'date'],
  async book(session, input, context) {
    const { db } = session.mongo;
    const booking = bookingOf(context, input);
    if ((await countInTheWay(db, context, booking)) > 0) return TAKEN;
    await context.point('checked');
    return underLease(context, lockDocument(session, context, input, 'lock'), async () => {
      await insertBooking(db, context, booking);
      return BOOKED;
    });
  },
});
