import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { checkoutOnPostgres } from './schema.js';
import { readCheckWrite } from './steps.js';

/**
 * The naive way inside a READ COMMITTED transaction, PostgreSQL's default. An order is now stored whole or not at all, yet
 * every statement still sees what was committed when that statement began: a stock that was read may have been sold before it is
 * written. A transaction alone is no lock.
 */
export default checkoutOnPostgres({
  strategy: 'read-committed',
  summary: 'The naive way inside a READ COMMITTED transaction.',
  prevents: 'Partial orders. Neither lost updates nor overselling.',
  costs: 'BEGIN and COMMIT, and row locks from the first write on.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'flash-sale': 'violated',
    'last-unit': 'violated',
    basket: 'violated',
    'oversized-cart': 'violated',
    'crashed-buyer': 'violated',
  },
  checkout: (session, input, context) =>
    inTransaction(session, context, 'read committed', () => readCheckWrite(session, context, input)),
});
