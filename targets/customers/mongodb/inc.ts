import { customersOnMongodb } from './schema.js';
import { drawNumber, insertCustomer } from './steps.js';

/**
 * `findOneAndUpdate` with `$inc` on the counter's document, then the insert. The server increases the number where it stands and
 * answers with what it became, so nobody gets it twice. It does not look for the phone: everybody is new to it. A number
 * that was drawn for an insert that fails is gone.
 */
export default customersOnMongodb({
  strategy: 'inc',
  summary: 'Increases a counter with $inc and inserts; does not look for the phone.',
  prevents: 'Numbers given twice. Neither gaps nor two customers with one phone.',
  costs: 'A number for every insert that fails; all creations write to one document.',
  source: 'https://www.mongodb.com/docs/manual/reference/operator/update/inc/',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'violated',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  counts: true,
  create: async (database, input, context) => {
    const next = await drawNumber(database, context);
    await context.point('checked');
    return insertCustomer(database, input, next);
  },
});
