import type { ClientContext } from '../../../src/core/context.js';
import type { CustomerInput, CustomerOutcome } from '../../../scenarios/customers/contract.js';
import { customerNumber, sequenceOf } from '../../../scenarios/customers/number.js';
import type { Session } from '../../../src/stores/postgres/connect.js';

/** The answer for the customer who has this phone already; undefined when nobody has it. */
export async function findByPhone(session: Session, phone: string): Promise<CustomerOutcome | undefined> {
  const { rows } = await session.query<{ readonly number: string }>(
    'select number from customer where phone = $1 order by id limit 1',
    [phone],
  );
  return rows[0] && { result: 'found', number: rows[0].number };
}

/** The highest of all numbers, as one statement sees them: the highest text, as the column holds text. */
export async function highestNumber(session: Session, context: ClientContext): Promise<number> {
  const { rows } = await session.query<{ readonly highest: string | null }>(
    'select max(number) as highest from customer',
  );
  const highest = rows[0]?.highest ? sequenceOf(rows[0].highest) : 0;
  context.note('read', { number: highest });
  return highest;
}

/** The next number of the sequence. Nobody gets it twice, whatever becomes of the transaction that it was drawn in. */
export async function drawFromSequence(session: Session, context: ClientContext): Promise<number> {
  const { rows } = await session.query<{ readonly value: number }>(
    "select nextval('customer_number')::int as value",
  );
  const value = rows[0]?.value ?? NaN;
  context.note('write', { number: value });
  return value;
}

/** Stores a customer with this number; `onConflict` stands behind the VALUES. */
export async function insertCustomer(
  session: Session,
  { name, phone }: CustomerInput,
  sequence: number,
  onConflict = '',
): Promise<CustomerOutcome> {
  const number = customerNumber(sequence);
  await session.query(`insert into customer (number, name, phone) values ($1, $2, $3) ${onConflict}`, [
    number,
    name,
    phone,
  ]);
  return { result: 'created', number };
}

/** Looks for the phone, adds one to the highest number, and inserts: right only if nobody else gets in between. */
export async function lookAddInsert(
  session: Session,
  context: ClientContext,
  input: CustomerInput,
): Promise<CustomerOutcome> {
  const found = await findByPhone(session, input.phone);
  if (found) return found;
  const next = (await highestNumber(session, context)) + 1;
  await context.point('checked');
  const created = await insertCustomer(session, input, next);
  context.note('write', { number: next });
  await context.point('written');
  return created;
}

const CHECK_VIOLATION = '23514';

/** Runs `create`; an insert that the table's CHECK refused becomes the answer. A transaction inside was rolled back by then. */
export async function answering(create: () => Promise<CustomerOutcome>): Promise<CustomerOutcome> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === CHECK_VIOLATION) {
      return { result: 'rejected', reason: error.message };
    }
    throw error;
  }
}
