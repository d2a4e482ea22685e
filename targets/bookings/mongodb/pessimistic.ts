import { inTransaction } from '../../../src/stores/mongodb/connect.js';
import { underLock } from '../../locking.js';
import { untilLimit } from '../limits.js';
import { bookingsOnMongodb, type TableDocument } from './schema.js';
import { checkThenBook, isBusy } from './steps.js';

/**
 * Writes to the table's document first, in the transaction that then looks and books. That document is the lock: of two who
 * write to it the second is aborted with a write conflict, and has to try again, since MongoDB lets nobody wait for it.
 *
 * A transaction is not tied to its client's connection. When the client dies, the transaction and its write stand until the
 * server ends it, after transactionLifetimeLimitSeconds: 60 s by default in which nobody can have the table.
 */
export default bookingsOnMongodb({
  strategy: 'pessimistic',
  summary: "Writes to the table's document, looks and books in one transaction, tried again on a conflict.",
  prevents:
    "Double bookings, among those who write to the document first. Neither those of others, nor failures while a dead client's transaction is open.",
  costs:
    'Who comes second does not wait in a queue but tries again and again, for the limit at most. A dead client blocks the table for a minute.',
  source: 'https://www.mongodb.com/blog/post/how-to-select--for-update-inside-mongodb-transactions',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'holds',
    'stale-release': 'holds',
    'crashed-holder': 'gives-up',
  },
  needs: ['transactions'],
  book({ mongo }, input, context) {
    const _id = `${input.restaurant}/${input.table}`;
    return untilLimit(context, isBusy, () =>
      inTransaction(mongo, context, (session) =>
        underLock(
          context,
          [`table ${_id}`],
          () =>
            mongo.db
              .collection<TableDocument>('tables')
              .updateOne({ _id }, { $inc: { touched: 1 } }, { session }),
          () => checkThenBook(mongo.db, context, input, session),
        ),
      ),
    );
  },
});
