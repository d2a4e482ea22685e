import { sequence } from '../number-sources.js';
import { customersOnPostgres } from '../schema.js';
import { answering, drawFromSequence, insertCustomer } from '../steps.js';

/** Each session takes ten numbers at a time: unique, but a later call of another session may have a lower one. */
export default customersOnPostgres({
  strategy: 'broken-sequence-cached',
  summary: 'A sequence with CACHE 10.',
  prevents: 'Numbers given twice. Not numbers out of order.',
  costs: 'Numbers that a session had taken and never used.',
  source: 'https://www.postgresql.org/docs/18/sql-createsequence.html',
  expectations: { 'thousand-customers': 'violated' },
  numbers: sequence('cache 10'),
  create: (session, input, context) =>
    answering(async () => insertCustomer(session, input, await drawFromSequence(session, context))),
});
