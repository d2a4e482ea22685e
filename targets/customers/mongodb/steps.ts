import type { ClientContext } from '../../../src/core/context.js';
import { mongoCode, type ClientSession } from '../../../src/stores/mongodb/connect.js';
import type { CustomerInput, CustomerOutcome } from '../../../scenarios/customers/contract.js';
import { customerNumber, sequenceOf } from '../../../scenarios/customers/number.js';
import type { CustomerDatabase } from './schema.js';

/** The answer for the customer who has this phone already; undefined when nobody has it. */
export async function findByPhone(
  { customers }: CustomerDatabase,
  phone: string,
): Promise<CustomerOutcome | undefined> {
  const known = await customers.findOne({ phone });
  return known ? { result: 'found', number: known.number } : undefined;
}

/** The highest of all numbers at that moment: the highest text, as the field holds text. */
export async function highestNumber(
  { customers }: CustomerDatabase,
  context: ClientContext,
): Promise<number> {
  const last = await customers.findOne({}, { sort: { number: -1 } });
  const highest = last ? sequenceOf(last.number) : 0;
  context.note('read', { number: highest });
  return highest;
}

/** Increases the counter where it stands, in one step of the server, and answers with what it became. */
export async function drawNumber(
  { counters }: CustomerDatabase,
  context: ClientContext,
  session?: ClientSession,
): Promise<number> {
  const counter = await counters.findOneAndUpdate(
    { _id: 'customer_sequence' },
    { $inc: { sequence: 1 } },
    { upsert: true, returnDocument: 'after', ...(session && { session }) },
  );
  const sequence = counter?.sequence ?? NaN;
  context.note('write', { number: sequence });
  return sequence;
}

const DOCUMENT_VALIDATION_FAILURE = 121;

/** Stores a customer with this number, unless the collection's validator rejects it. */
export async function insertCustomer(
  { customers }: CustomerDatabase,
  { name, phone }: CustomerInput,
  sequence: number,
): Promise<CustomerOutcome> {
  const number = customerNumber(sequence);
  try {
    await customers.insertOne({ number, name, phone });
  } catch (error) {
    if (mongoCode(error) !== DOCUMENT_VALIDATION_FAILURE) throw error;
    return { result: 'rejected', reason: 'a customer needs a name' };
  }
  return { result: 'created', number };
}
