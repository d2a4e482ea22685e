import { sequence } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, drawFromSequence, insertCustomer } from '../steps.js';

/** Does not ask whether anything was inserted: whoever returns is told a number that nobody has. */
export default customersOnPostgres({
  strategy: 'broken-on-conflict-unnoticed',
  summary: 'ON CONFLICT DO NOTHING, answered as if it had always inserted.',
  prevents: 'Numbers given twice and two customers with one phone, in the table. Not in the answers.',
  costs: 'Those of on-conflict.',
  source: 'https://www.postgresql.org/docs/18/sql-insert.html#SQL-ON-CONFLICT',
  expectations: { 'returning-customer': 'violated' },
  numbers: sequence(),
  alter: 'alter table customer add unique (phone)',
  create: (session, input, context) =>
    answering(async () => {
      const next = await drawFromSequence(session, context);
      return insertCustomer(session, input, next, 'on conflict (phone) do nothing');
    }),
});
