import { customerNumber } from '../../../../scenarios/customers/number.js';
import { sequence } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, drawFromSequence } from '../steps.js';

/** DO UPDATE gives a returning customer a new number, so that whoever was told the old one has none. */
export default customersOnPostgres({
  strategy: 'broken-on-conflict-renumbers',
  summary: 'ON CONFLICT DO UPDATE, the number included.',
  prevents: 'Two customers with one phone.',
  costs: 'Those of on-conflict.',
  source: 'https://www.postgresql.org/docs/18/sql-insert.html#SQL-ON-CONFLICT',
  expectations: { 'returning-customer': 'violated' },
  numbers: sequence(),
  alter: 'alter table customer add unique (phone)',
  create: (session, { name, phone }, context) =>
    answering(async () => {
      const number = customerNumber(await drawFromSequence(session, context));
      const { rows } = await session.query<{ inserted: boolean }>(
        `insert into customer (number, name, phone) values ($1, $2, $3)
          on conflict (phone) do update set number = excluded.number returning xmax = 0 as inserted`,
        [number, name, phone],
      );
      return { result: rows[0]?.inserted ? 'created' : 'found', number };
    }),
});
