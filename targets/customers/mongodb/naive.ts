import { customersOnMongodb } from './schema.js';
import { findByPhone, highestNumber, insertCustomer } from './steps.js';

/**
 * Looks for the phone, looks for the highest number, adds one, inserts. All who come together see the same highest number. As
 * text it stays CUST9999 for ever, so that past it even one caller after the other gets CUST10000.
 */
export default customersOnMongodb({
  strategy: 'naive',
  summary: 'Finds the highest number and adds one.',
  prevents: 'Nothing.',
  costs: 'Two reads and an insert; without an index on the number, the second goes through all customers.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: {
    'customer-creation': 'violated',
    'returning-customer': 'violated',
    'thousand-customers': 'violated',
    'failed-creation': 'violated',
    'five-digits': 'violated',
  },
  counts: false,
  create: async (database, input, context) => {
    const found = await findByPhone(database, input.phone);
    if (found) return found;
    const next = (await highestNumber(database, context)) + 1;
    await context.point('checked');
    const created = await insertCustomer(database, input, next);
    context.note('write', { number: next });
    await context.point('written');
    return created;
  },
});
