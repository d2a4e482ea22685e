import { customerNumber } from '../../../../scenarios/customers/number.js';
import { isDuplicateKey } from '../../../../src/stores/mongodb/connect.js';
import { customersOnMongodb } from '../schema.js';
import { drawNumber, insertCustomer } from '../steps.js';

/** Takes 11000 for "is there already, so all is well", and answers with the number that it had drawn. */
export default customersOnMongodb({
  strategy: 'broken-duplicate-key-called-created',
  summary: 'A unique phone, whose refusal is taken for a success.',
  prevents: 'Two customers with one phone, in the collection. Not in the answers.',
  costs: 'Those of find-or-create-unique.',
  source: 'https://www.mongodb.com/docs/manual/core/index-unique/',
  expectations: { 'returning-customer': 'violated' },
  counts: true,
  unique: 'phone',
  create: async (database, input, context) => {
    const next = await drawNumber(database, context);
    try {
      return await insertCustomer(database, input, next);
    } catch (error) {
      if (isDuplicateKey(error)) return { result: 'created', number: customerNumber(next) };
      throw error;
    }
  },
});
