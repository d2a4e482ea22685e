import { sequence } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, drawFromSequence, findByPhone, insertCustomer } from '../steps.js';

/** ON CONFLICT DO NOTHING without a unique index on the phone, which the server takes without a word: nothing is ever in conflict. */
export default customersOnPostgres({
  strategy: 'broken-on-conflict-without-unique',
  summary: 'ON CONFLICT DO NOTHING on a table in which phones are not unique.',
  prevents: 'Numbers given twice. Not two customers with one phone.',
  costs: 'Those of on-conflict.',
  source: 'https://www.postgresql.org/docs/18/sql-insert.html#SQL-ON-CONFLICT',
  expectations: { 'returning-customer': 'violated' },
  numbers: sequence(),
  create: (session, input, context) =>
    answering(async () => {
      const found = await findByPhone(session, input.phone);
      if (found) return found;
      const next = await drawFromSequence(session, context);
      return insertCustomer(session, input, next, 'on conflict do nothing');
    }),
});
