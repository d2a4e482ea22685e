import { sequence } from './number-sources.js';
import { customersOnPostgres } from './schema.js';
import { answering, drawFromSequence, findByPhone, insertCustomer } from './steps.js';

/**
 * Looks for the phone and draws the number from a sequence, which gives each once and waits for nobody. What was drawn for
 * an insert that fails is gone: no rollback puts it back, so there are gaps. The look before guards nothing: two callers
 * with one phone see that nobody has it, and both insert.
 */
export default customersOnPostgres({
  strategy: 'sequence',
  summary: 'Looks for the phone, then draws the number from a sequence.',
  prevents: 'Numbers given twice. Neither gaps nor two customers with one phone.',
  costs: 'A number for every insert that fails.',
  source: 'https://www.postgresql.org/docs/18/functions-sequence.html',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'violated',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  numbers: sequence(),
  create: (session, input, context) =>
    answering(async () => {
      const found = await findByPhone(session, input.phone);
      if (found) return found;
      const next = await drawFromSequence(session, context);
      await context.point('checked');
      return insertCustomer(session, input, next);
    }),
});
