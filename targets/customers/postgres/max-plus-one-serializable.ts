import { NotHappened } from '../../../src/core/context.js';
import { inTransaction, retrying } from '../../../src/stores/postgres/connect.js';
import { retriesOf } from '../../retries.js';
import { customersOnPostgres } from './schema.js';
import { answering, lookAddInsert } from './steps.js';

/**
 * The naive way in a SERIALIZABLE transaction, tried again after 40001 and 40P01. What commits is equal to some order one
 * after the other, so what is right alone is right here, the look for the phone included. The highest text is not right alone:
 * past CUST9999 everybody gets CUST10000, one after the other.
 *
 * With many at once the server may also run out of room for their conflicts, which it says with 53200: that is tried again too.
 */
export default customersOnPostgres({
  strategy: 'max-plus-one-serializable',
  summary: 'The highest number and one, SERIALIZABLE, tried again when it was aborted.',
  prevents:
    'Numbers given twice, gaps, and two customers with one phone, as long as the highest text is the highest number. Not from CUST10000 on, which sorts before CUST9999.',
  costs:
    'Of those who come together one gets through, the others start over: the work grows with the square.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-SERIALIZABLE',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'holds',
    'thousand-customers': 'gives-up',
    'failed-creation': 'holds',
    'five-digits': 'violated',
  },
  create: (session, input, context) =>
    answering(() =>
      retrying(context, retriesOf(context), () =>
        inTransaction(session, context, 'serializable', () => lookAddInsert(session, context, input)).catch(
          asAborted,
        ),
      ),
    ),
});

const OUT_OF_CONFLICT_ROOM = '53200';
const SERIALIZATION_FAILURE = '40001';

/** One loop serves both: the transaction was rolled back for its conflicts with others, and may succeed when tried again. */
function asAborted(error: unknown): never {
  if (error instanceof NotHappened && error.code === OUT_OF_CONFLICT_ROOM) {
    throw new NotHappened(error.message, SERIALIZATION_FAILURE, { cause: error });
  }
  throw error;
}
