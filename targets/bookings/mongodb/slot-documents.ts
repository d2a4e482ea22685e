import { NotHappened } from '../../../src/core/context.js';
import { inTransaction } from '../../../src/stores/mongodb/connect.js';
import type { Booking } from '../../../scenarios/bookings/contract.js';
import { minutesOf, timeOf } from '../../../scenarios/bookings/times.js';
import { bookingOf } from '../booking.js';
import { untilLimit } from '../limits.js';
import { BOOKED, TAKEN } from '../outcomes.js';
import { bookingsOnMongodb } from './schema.js';
import { countInTheWay, insertBooking, isBusy } from './steps.js';

const QUARTER_MINUTES = 15;
const DUPLICATE_KEY = '11000';

/** An id for every quarter of an hour that the booking touches: those of two bookings that overlap have one in common. */
function slotsOf({ restaurant, table, date, start, end }: Booking): { _id: string }[] {
  const first = Math.floor(minutesOf(start) / QUARTER_MINUTES);
  const count = Math.ceil(minutesOf(end) / QUARTER_MINUTES) - first;
  return Array.from({ length: count }, (_, place) => ({
    _id: `${restaurant}/${table}/${date}/${timeOf((first + place) * QUARTER_MINUTES)}`,
  }));
}

/**
 * The rule as unique ids: a document for every quarter of an hour, inserted in one transaction with the booking. It holds for
 * every program that inserts them, whatever it looked at before; there is no lock to release or to lapse. In the
 * transaction, so that nobody sees a part of them, and none stay behind when a client dies between two.
 */
export default bookingsOnMongodb({
  strategy: 'slot-documents',
  summary: 'Looks, and inserts a unique document per quarter of an hour and the booking in one transaction.',
  prevents:
    'Double bookings, for every program that inserts the slots. Not refusals of bookings that share a quarter of an hour without overlapping.',
  costs:
    'A document per quarter of an hour; bookings that share a quarter without overlapping refuse each other.',
  source: 'https://www.mongodb.com/docs/manual/core/index-unique/',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'holds',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  needs: ['transactions'],
  async book({ mongo }, input, context) {
    const booking = bookingOf(context, input);
    try {
      return await untilLimit(context, isBusy, () =>
        inTransaction(mongo, context, async (session) => {
          if ((await countInTheWay(mongo.db, context, booking, session)) > 0) return TAKEN;
          await context.point('checked');
          await mongo.db.collection<{ _id: string }>('slots').insertMany(slotsOf(booking), { session });
          await insertBooking(mongo.db, context, booking, session);
          await context.point('written');
          return BOOKED;
        }),
      );
    } catch (error) {
      if (error instanceof NotHappened && error.code === DUPLICATE_KEY) return TAKEN;
      throw error;
    }
  },
});
