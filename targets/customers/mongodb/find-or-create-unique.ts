import { isDuplicateKey } from '../../../src/stores/mongodb/connect.js';
import { customersOnMongodb } from './schema.js';
import { drawNumber, findByPhone, insertCustomer } from './steps.js';

/**
 * As find-or-create, with a unique index on the phone: of two who insert the same one the second gets 11000, and finds the
 * first. The number that it had drawn is gone.
 */
export default customersOnMongodb({
  strategy: 'find-or-create-unique',
  summary: 'A unique phone: looks for it, draws a number and inserts, and finds the other one on 11000.',
  prevents:
    'Numbers given twice and two customers with one phone, whoever writes to the collection. Not gaps.',
  costs: 'An index on the phone; a number for everybody who was too late.',
  source: 'https://www.mongodb.com/docs/manual/core/index-unique/',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'holds',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  counts: true,
  unique: 'phone',
  create: async (database, input, context) => {
    const found = await findByPhone(database, input.phone);
    if (found) return found;
    await context.point('checked');
    const next = await drawNumber(database, context);
    try {
      return await insertCustomer(database, input, next);
    } catch (error) {
      const other = isDuplicateKey(error) ? await findByPhone(database, input.phone) : undefined;
      if (other) return other;
      throw error;
    }
  },
});
