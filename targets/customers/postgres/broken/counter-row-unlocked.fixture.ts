import { inTransaction } from '../../../../src/stores/postgres/connect.js';
import { COUNTER_ROW } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, findByPhone, insertCustomer } from '../steps.js';

/** Reads the counter without locking it: a transaction alone is no lock. */
export default customersOnPostgres({
  strategy: 'broken-counter-row-unlocked',
  summary: 'The counter in a row that is read without FOR UPDATE.',
  prevents: 'Gaps.',
  costs: 'Those of counter-row.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: { 'customer-creation': 'violated' },
  numbers: COUNTER_ROW,
  create: (session, input, context) =>
    answering(() =>
      inTransaction(session, context, 'read committed', async () => {
        const found = await findByPhone(session, input.phone);
        if (found) return found;
        const { rows } = await session.query<{ value: number }>('select value from counter');
        const last = rows[0]?.value ?? NaN;
        context.note('read', { number: last });
        await session.query('update counter set value = $1', [last + 1]);
        context.note('write', { number: last + 1 });
        return insertCustomer(session, input, last + 1);
      }),
    ),
});
