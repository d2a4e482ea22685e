import { BOOKED, NO_SEAT } from '../../booking.js';
import { seatsOnPostgres, storeBooking } from '../schema.js';
import { takeIfEnough } from '../steps.js';

/** Stores the booking first, and leaves it there when there was no seat. */
export default seatsOnPostgres({
  strategy: 'broken-booking-before-check',
  summary: 'Stores the booking before it knows whether there is a seat.',
  prevents: 'A seat count below zero.',
  costs: 'A booking for every refusal.',
  source: 'https://www.postgresql.org/docs/18/tutorial-transactions.html',
  expectations: { 'school-bus': 'violated' },
  async bookSeat(session, request, context) {
    await storeBooking(session, request);
    return (await takeIfEnough(session, context, request)) ? BOOKED : NO_SEAT;
  },
});
