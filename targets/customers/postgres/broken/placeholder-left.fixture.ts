import { sequence } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, drawFromSequence, insertCustomer } from '../steps.js';

/** Keeps the number with a row that has no name yet, and leaves that row there when the name is rejected. */
export default customersOnPostgres({
  strategy: 'broken-placeholder-left',
  summary: 'Inserts a placeholder, then the name; no transaction.',
  prevents: 'Numbers given twice, and gaps.',
  costs: 'Customers who are none.',
  source: 'https://www.postgresql.org/docs/18/tutorial-transactions.html',
  expectations: { 'failed-creation': 'violated' },
  numbers: sequence(),
  create: (session, { name, phone }, context) =>
    answering(async () => {
      const next = await drawFromSequence(session, context);
      const created = await insertCustomer(session, { name: '(reserved)', phone }, next);
      await session.query('update customer set name = $1 where phone = $2', [name, phone]);
      return created;
    }),
});
