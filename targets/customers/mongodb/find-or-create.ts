import { customersOnMongodb } from './schema.js';
import { drawNumber, findByPhone, insertCustomer } from './steps.js';

/**
 * Looks for the phone; when nobody has it, draws a number with `$inc` and inserts. The numbers are right; the look guards
 * nothing: two callers with one phone see that nobody has it, and both insert, each with a number of its own.
 */
export default customersOnMongodb({
  strategy: 'find-or-create',
  summary: 'Looks for the phone, then increases a counter with $inc and inserts.',
  prevents: 'Numbers given twice. Neither gaps nor two customers with one phone, if they come together.',
  costs: 'A read before every creation.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'violated',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  counts: true,
  create: async (database, input, context) => {
    const found = await findByPhone(database, input.phone);
    if (found) return found;
    await context.point('checked');
    const next = await drawNumber(database, context);
    return insertCustomer(database, input, next);
  },
});
