import { inTransaction } from '../../../src/stores/postgres/connect.js';
import { underLock } from '../../locking.js';
import { COUNTER_ROW } from './number-sources.js';
import { customersOnPostgres } from './schema.js';
import { answering, findByPhone, insertCustomer } from './steps.js';

/**
 * Locks the row of the counter, and only then looks for the phone, counts and inserts, in one transaction: a rejected insert
 * takes its number back, so there is no gap. The lock is asked for before the look, in a statement of its own: a statement
 * sees what was committed when it began, and one that waited for the lock has seen too little.
 */
export default customersOnPostgres({
  strategy: 'counter-row',
  summary: 'Locks the row of the counter, looks for the phone, counts and inserts, in one transaction.',
  prevents:
    'Numbers given twice, gaps, and two customers with one phone, among those who take the lock. Nothing against those who do not.',
  costs: 'One creation at a time, from the lock to COMMIT, whoever is created.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'holds',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  numbers: COUNTER_ROW,
  create: (session, input, context) =>
    answering(() =>
      inTransaction(session, context, 'read committed', () =>
        underLock(
          context,
          ['counter'],
          () => session.query<{ value: number }>('select value from counter for update'),
          async ({ rows }) => {
            const last = rows[0]?.value ?? NaN;
            context.note('read', { number: last });
            const found = await findByPhone(session, input.phone);
            if (found) return found;
            await context.point('checked');
            await session.query('update counter set value = $1', [last + 1]);
            context.note('write', { number: last + 1 });
            const created = await insertCustomer(session, input, last + 1);
            await context.point('written');
            return created;
          },
        ),
      ),
    ),
});
