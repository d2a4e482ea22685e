import { COUNTER_ROW, sequence } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, drawFromSequence, insertCustomer } from '../steps.js';

const drawn = sequence();

/** Draws from a sequence, and writes what it drew into a counter for others to read: the last one to write wins, not the highest. */
export default customersOnPostgres({
  strategy: 'broken-counter-written-back',
  summary: 'A counter that everybody sets to his own number.',
  prevents: 'Numbers given twice, until somebody trusts the counter.',
  costs: 'An update a creation.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'customer-creation': 'violated' },
  numbers: {
    setup: `${drawn.setup}; ${COUNTER_ROW.setup}`,
    startAt: (last) => `${drawn.startAt(last)}; ${COUNTER_ROW.startAt(last)}`,
    last: COUNTER_ROW.last,
  },
  create: (session, input, context) =>
    answering(async () => {
      const next = await drawFromSequence(session, context);
      const created = await insertCustomer(session, input, next);
      await session.query('update counter set value = $1', [next]);
      return created;
    }),
});
