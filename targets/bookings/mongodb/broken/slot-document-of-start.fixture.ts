import { isDuplicateKey } from '../../../../src/stores/mongodb/connect.js';
import { bookingOf } from '../../booking.js';
import { BOOKED, TAKEN } from '../../outcomes.js';
import { bookingsOnMongodb } from '../schema.js';
import { countInTheWay, insertBooking } from '../steps.js';

/** One slot document a booking, for its first quarter of an hour: who comes half an hour later finds another one free. */
export default bookingsOnMongodb({
  strategy: 'broken-slot-document-of-start',
  summary: 'Looks, and inserts a unique document for the start of the booking alone.',
  prevents: 'Double bookings for the same start.',
  costs: 'Those of slot-documents.',
  source: 'https://www.mongodb.com/docs/manual/core/index-unique/',
  expectations: { 'overlapping-slots': 'violated' },
  async book({ mongo }, input, context) {
    const booking = bookingOf(context, input);
    if ((await countInTheWay(mongo.db, context, booking)) > 0) return TAKEN;
    const { restaurant, table, date, start } = input;
    try {
      const slots = mongo.db.collection<{ _id: string }>('slots');
      await slots.insertOne({ _id: `${restaurant}/${table}/${date}/${start}` });
    } catch (error) {
      if (isDuplicateKey(error)) return TAKEN;
      throw error;
    }
    await insertBooking(mongo.db, context, booking);
    return BOOKED;
  },
});
