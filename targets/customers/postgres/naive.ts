import { customersOnPostgres } from './schema.js';
import { answering, lookAddInsert } from './steps.js';

/**
 * Looks for the phone, looks for the highest number, adds one, inserts: three statements, each a transaction of its own.
 * All who come together see the same highest number. As text it stays CUST9999 for ever, so that past it even one
 * caller after the other gets CUST10000.
 */
export default customersOnPostgres({
  strategy: 'naive',
  summary: 'Finds the highest number and adds one; no transaction.',
  prevents: 'Nothing.',
  costs: 'Two reads and an insert; without an index each read goes through all customers.',
  source: 'https://www.postgresql.org/docs/18/transaction-iso.html#XACT-READ-COMMITTED',
  expectations: {
    'customer-creation': 'violated',
    'returning-customer': 'violated',
    'thousand-customers': 'violated',
    'failed-creation': 'violated',
    'five-digits': 'violated',
  },
  create: (session, input, context) => answering(() => lookAddInsert(session, context, input)),
});
