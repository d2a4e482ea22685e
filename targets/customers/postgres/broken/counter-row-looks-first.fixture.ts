import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { COUNTER_ROW } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, findByPhone, insertCustomer } from '../steps.js';

/** Looks for the phone before the lock: what it saw is old when it gets the lock. */
export default customersOnPostgres({
  strategy: 'broken-counter-row-looks-first',
  summary: 'The counter in a row that is locked after the look for the phone.',
  prevents: 'Numbers given twice, and gaps. Not two customers with one phone.',
  costs: 'Those of counter-row.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'customer-creation': 'holds', 'returning-customer': 'violated' },
  numbers: COUNTER_ROW,
  create: (session, input, context) =>
    answering(() =>
      inTransaction(session, context, 'read committed', async () => {
        const found = await findByPhone(session, input.phone);
        if (found) return found;
        const { rows } = await session.query<{ value: number }>(
          'update counter set value = value + 1 returning value',
        );
        return insertCustomer(session, input, rows[0]?.value ?? NaN);
      }),
    ),
});
