import { BOOKED, NO_SEAT } from '../../booking.js';
import { seatsOnPostgres, storeBooking } from '../schema.js';
import { takeIfEnough } from '../steps.js';

/** Takes as many seats as there still are, down to one, and calls that the booking. */
export default seatsOnPostgres({
  strategy: 'broken-booking-cut-short',
  summary: 'Books fewer seats than were asked for, and answers as if it were all of them.',
  prevents: 'A seat count below zero.',
  costs: 'Groups that are split.',
  source: 'https://www.postgresql.org/docs/18/tutorial-transactions.html',
  expectations: { group: 'violated' },
  async bookSeat(session, request, context) {
    for (let { seats } = request; seats > 0; seats -= 1) {
      const fewer = { ...request, seats };
      if (!(await takeIfEnough(session, context, fewer))) continue;
      await storeBooking(session, fewer);
      return BOOKED;
    }
    return NO_SEAT;
  },
});
