import { BOOKED, TAKEN } from '../../outcomes.js';
import { bookingsOnPostgres } from '../schema.js';
import { countInTheWay, insertBooking } from '../steps.js';

/** Books first and looks then. It says "taken" where another is there too, and leaves its own. */
export default bookingsOnPostgres({
  strategy: 'broken-books-then-looks',
  summary: 'Inserts, then counts; answers "taken" if its booking is not alone, and does not take it back.',
  prevents: 'Nothing.',
  costs: 'Two statements.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'table-booking': 'violated' },
  async book(session, input, context) {
    await insertBooking(session, context, input);
    return (await countInTheWay(session, context, input)) > 1 ? TAKEN : BOOKED;
  },
});
