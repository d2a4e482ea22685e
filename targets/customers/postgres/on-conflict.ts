import type { CustomerInput } from '../../../scenarios/customers/contract.js';
import { customerNumber } from '../../../scenarios/customers/number.js';
import type { Session } from '../../../src/stores/postgres/connect.js';
import { sequence } from './number-sources.js';
import { customersOnPostgres } from './schema.js';
import { answering, drawFromSequence, findByPhone } from './steps.js';

/**
 * Draws a number and inserts with `ON CONFLICT (phone) DO NOTHING`; when nothing was inserted, somebody has the phone, and is
 * read. An insert that meets an uncommitted one with the same phone waits for it, so that one gets in. Every caller who
 * returns draws a number for nothing.
 */
export default customersOnPostgres({
  strategy: 'on-conflict',
  summary: 'A unique phone: INSERT ... ON CONFLICT DO NOTHING with a number from a sequence.',
  prevents: 'Numbers given twice and two customers with one phone, whoever writes to the table. Not gaps.',
  costs: 'An index on the phone; a number for every caller who returns.',
  source: 'https://www.postgresql.org/docs/18/sql-insert.html#SQL-ON-CONFLICT',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'holds',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  numbers: sequence(),
  alter: 'alter table customer add unique (phone)',
  create: (session, input, context) =>
    answering(async () => {
      const number = customerNumber(await drawFromSequence(session, context));
      if (await insertUnlessKnown(session, input, number)) return { result: 'created', number };
      const found = await findByPhone(session, input.phone);
      if (found) return found;
      throw new Error(`The phone ${input.phone} was in conflict, and nobody has it.`);
    }),
});

async function insertUnlessKnown(
  session: Session,
  { name, phone }: CustomerInput,
  number: string,
): Promise<boolean> {
  const { rowCount } = await session.query(
    'insert into customer (number, name, phone) values ($1, $2, $3) on conflict (phone) do nothing',
    [number, name, phone],
  );
  return rowCount === 1;
}
