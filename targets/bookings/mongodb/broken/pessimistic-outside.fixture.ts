import { inTransaction } from '../../../../src/stores/mongodb/connect.js';
import { untilLimit } from '../../limits.js';
import { bookingsOnMongodb, type TableDocument } from '../schema.js';
import { checkThenBook, isBusy } from '../steps.js';

/** The session is forgotten with the write to the table's document: it is no part of the transaction, and locks nothing. */
export default bookingsOnMongodb({
  strategy: 'broken-pessimistic-outside',
  summary: "Writes to the table's document outside of the transaction that looks and books.",
  prevents: 'Nothing.',
  costs: 'Those of pessimistic.',
  source: 'https://www.mongodb.com/docs/manual/core/transactions-in-applications/',
  expectations: { 'stalled-holder': 'violated' },
  needs: ['transactions'],
  book: ({ mongo }, input, context) =>
    untilLimit(context, isBusy, () =>
      inTransaction(mongo, context, async (session) => {
        const _id = `${input.restaurant}/${input.table}`;
        await mongo.db.collection<TableDocument>('tables').updateOne({ _id }, { $inc: { touched: 1 } });
        return checkThenBook(mongo.db, context, input, session);
      }),
    ),
});
