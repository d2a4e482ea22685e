import { NotHappened } from '../../../../src/core/context.js';
import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { ORDERED } from '../../cart.js';
import { checkoutOnPostgres } from '../schema.js';
import { readCheckWrite } from '../steps.js';

/** Answers `ordered` although the transaction was rolled back: its error is caught where it is logged, and not thrown on. */
export default checkoutOnPostgres({
  strategy: 'broken-abort-swallowed',
  summary: 'Takes an aborted transaction for a committed one.',
  prevents: 'Lost updates of the stock.',
  costs: 'Orders that nobody will ever see.',
  source: 'https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html',
  expectations: { 'flash-sale': 'violated' },
  async checkout(session, input, context) {
    try {
      return await inTransaction(session, context, 'repeatable read', () =>
        readCheckWrite(session, context, input),
      );
    } catch (error) {
      if (error instanceof NotHappened) return ORDERED;
      throw error;
    }
  },
});
